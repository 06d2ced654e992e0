using Npgsql;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Tests.Stores;

public sealed class CodecChangeTests
{
    private static readonly CodecChangeOptions Few = new() { MeasuredOn = 1_000, FittedOn = 1_000 };

    [Theory]
    // 4 bits a dimension are little for vectors that point in all directions alike, as these do.
    [InlineData("centre hadamard bit / sq8", 0.95)]
    [InlineData("pca:20 f16 / fp8_e4m3", 0.9)]
    [InlineData("pca:24 normalize f16 / hadamard nq4", 0.75)]
    [InlineData("f32 / f16", 0.99)]
    public async Task Searches_go_on_and_find_what_exact_search_found(string recipe, double recall)
    {
        await using var notes = await Notes.CreateAsync(dimensions: 32);
        await notes.Collection.UpsertAsync(Notes.Some(1_500));
        await notes.Collection.BuildIndexAsync();
        var queries = Enumerable.Range(0, 20).Select(i => $"note {i * 37}").ToArray();
        var before = await FoundAsync(notes.Collection, queries);
        var embedded = notes.Embedder.Embedded;
        var openedBefore = notes.Collection;

        var result = await notes.Client.ChangeCodecAsync("notes", StoreRecipe.Parse(recipe), Few);

        Assert.True(result.Altered);
        Assert.Null(result.LeftBehind);
        Assert.Equal(embedded, notes.Embedder.Embedded);
        Assert.Equal(recipe, result.Collection.Store.Codec.Name);
        await notes.ReopenAsync();
        Assert.Equal(0, await notes.InconsistentAsync());
        var status = Assert.Single(await new CollectionCatalog(notes.DataSource).StatusAsync("notes"));
        Assert.Equal((recipe, true, 1_500L), (status.Codec, status.IndexesValid, status.Vectors));

        var after = await FoundAsync(notes.Collection, queries);
        Assert.True(Recall(before, after) >= recall, $"recall {Recall(before, after)}");
        // A collection that was opened before goes on searching, by the codec that serves now.
        Assert.Equal(after, await FoundAsync(openedBefore, queries));
        // psql, without .NET, finds the same in the same order.
        for (var i = 0; i < queries.Length; i++)
            Assert.Equal(after[i], await PsqlAsync(notes, queries[i]));
        Assert.False((await notes.Client.ChangeCodecAsync("notes", StoreRecipe.Parse(recipe), Few)).Altered);
    }

    [Fact]
    public async Task Filters_pages_and_rows_written_later_go_by_the_codec()
    {
        await using var notes = await Notes.CreateAsync(dimensions: 32);
        var rows = Notes.Some(1_200);
        await notes.Collection.UpsertAsync(rows[..1_000]);
        await notes.Collection.BuildIndexAsync();
        await notes.ExecuteAsync("SELECT pgembed.fit_relevance('notes')");
        await notes.Client.ChangeCodecAsync("notes", StoreRecipe.Parse("hadamard:96 bit / sq8"), Few);
        await notes.ReopenAsync();
        await notes.Collection.UpsertAsync(rows[1_000..]);
        Assert.Equal(0, await notes.InconsistentAsync());
        foreach (var row in rows[1_000..1_010])
            Assert.Equal(row.Id, (await notes.Collection.Query(row.Body!).Top(1).RunAsync()).Hits.Single().Row.Id);

        // As many as pass, whatever the filter; each within what passes.
        foreach (var price in (decimal[])[0, 3, 50, 100])
        {
            var passing = rows.Count(row => row.Price < price);
            var found = await notes.Collection.Query("note 5").Filter(n => n.Price < price).Top(40).RunAsync();
            Assert.Equal(Math.Min(40, passing), found.Hits.Count);
            Assert.All(found.Hits, hit => Assert.True(hit.Row.Price < price));
            Assert.Equal(found.Hits.Select(h => h.Distance).Order(), found.Hits.Select(h => h.Distance));
        }

        var shown = new List<long>();
        await foreach (var page in notes.Collection.Query("note 5").Filter(n => n.Price < 20).Top(30).PagesAsync())
            shown.AddRange(page.Hits.Select(hit => hit.Row.Id));
        Assert.Equal(rows.Where(row => row.Price < 20).Select(row => row.Id).Order(), shown.Order());
        // Relevance is that of before: by distances, not by bits.
        var relevant = await notes.Collection.Query(rows[5].Body!).With(new SearchOptions { MinRelevance = 0.5 }).Top(10).RunAsync();
        Assert.Equal(rows[5].Id, relevant.Hits[0].Row.Id);
        var unfitted = await Assert.ThrowsAsync<PostgresException>(() => notes.ExecuteAsync("SELECT pgembed.fit_relevance('notes')"));
        Assert.Equal("PE035", unfitted.SqlState);
        var like = await notes.Collection.QueryLike(rows[3].Id).Top(5).RunAsync();
        Assert.Equal(5, like.Hits.Count);
        var exact = await notes.Collection.Query("note 5").With(new SearchOptions { Exact = true }).Top(10).RunAsync();
        Assert.Equal(10, exact.Hits.Count);
        Assert.Equal(1_200, await notes.Collection.ExportVectorsAsync<long>().CountAsync());
        Assert.Equal(0, (await notes.Collection.SyncAsync().LastAsync()).Embedded);
    }

    [Fact]
    public async Task A_change_that_was_cut_off_goes_on_with_the_same_codec_and_catches_up()
    {
        await using var notes = await Notes.CreateAsync(dimensions: 32);
        var rows = Notes.Some(1_000);
        await notes.Collection.UpsertAsync(rows[..900]);
        await notes.Collection.BuildIndexAsync();
        var recipe = StoreRecipe.Parse("centre hadamard bit / sq8");
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => notes.Client.ChangeCodecAsync(
            "notes", recipe, Few, new Immediate<AlterationProgress>(p => { if (p.Copied >= 1) cancel.Cancel(); }), cancel.Token));
        var begun = await notes.ScalarAsync<string>("SELECT table_name FROM pgembed.store WHERE NOT serving");
        Assert.Equal(900, await notes.ScalarAsync<long>($"SELECT count(*) FROM pgembed_store.{begun}"));

        // Written meanwhile: new rows, changed texts, rows that are gone.
        await notes.Collection.UpsertAsync(rows[850..].ConvertAll(r => r with { Body = r.Body + "!" }));
        await notes.ExecuteAsync("""DELETE FROM "The ""Notes"" table" WHERE id <= 50""");
        await notes.Collection.SyncAsync().LastAsync();
        var result = await notes.Client.ChangeCodecAsync("notes", recipe, Few);

        Assert.Equal(begun, result.Collection.Store.TableName);
        await notes.ReopenAsync();
        Assert.Equal(0, await notes.InconsistentAsync());
        Assert.Equal(950, await notes.ScalarAsync<long>($"SELECT count(*) FROM {notes.Store}"));
    }

    [Fact]
    public async Task Lossy_codes_are_left_by_embedding_again_and_codecs_that_no_store_has_are_forgotten()
    {
        await using var notes = await Notes.CreateAsync(dimensions: 32);
        await notes.Collection.UpsertAsync(Notes.Some(400));
        var before = await FoundAsync(notes.Collection, ["note 1"]);
        await notes.Client.ChangeCodecAsync("notes", StoreRecipe.Parse("centre hadamard bit / sq8"), Few);
        Assert.Equal(2, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.codec WHERE parameters IS NOT NULL"));
        await Assert.ThrowsAsync<PgEmbedException>(() => new CodecChange(notes.DataSource).RunAsync("notes", StoreRecipe.Parse("f16")));
        var embedded = notes.Embedder.Embedded;

        await notes.Client.ChangeCodecAsync("notes", StoreRecipe.Parse("f32"));

        Assert.Equal(embedded + 400, notes.Embedder.Embedded);
        Assert.Equal(0, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.codec WHERE parameters IS NOT NULL"));
        await notes.ReopenAsync();
        Assert.Equal(before, await FoundAsync(notes.Collection, ["note 1"]));
        await notes.Client.ChangeCodecAsync("notes", StoreRecipe.Parse("f16 / sq8"), Few);
        await notes.Client.DropCollectionAsync("notes");
        Assert.Equal(0, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.codec WHERE parameters IS NOT NULL"));
    }

    [Theory]
    [InlineData("sq8 / sq8", "indexed form of f32, f16 or bit")]
    [InlineData("normalize hadamard bit / sq8", "'normalize' as the last")]
    [InlineData("truncate:99 f16 / sq8", "99")]
    public async Task What_cannot_be_a_store_is_refused_and_nothing_stays(string recipe, string expected)
    {
        await using var notes = await Notes.CreateAsync(dimensions: 32);
        var parsed = StoreRecipe.Parse(recipe);
        var empty = await Assert.ThrowsAsync<PgEmbedException>(() => notes.Client.ChangeCodecAsync("notes", parsed, Few));
        Assert.Contains("Embed its rows first", empty.Message, StringComparison.Ordinal);
        await notes.Collection.UpsertAsync(Notes.Some(120));

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => notes.Client.ChangeCodecAsync("notes", parsed, Few));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(1, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.store"));
        Assert.Equal(0, await notes.ScalarAsync<long>("SELECT count(*) FROM pgembed.codec WHERE parameters IS NOT NULL"));
    }

    private static async Task<List<long[]>> FoundAsync(VectorCollection<Note> collection, string[] queries)
    {
        var found = new List<long[]>();
        foreach (var query in queries)
            found.Add([.. (await collection.Query(query).Top(10).RunAsync()).Hits.Select(hit => hit.Row.Id)]);
        return found;
    }

    private static double Recall(List<long[]> exact, List<long[]> found) =>
        exact.Zip(found).Average(pair => pair.First.Intersect(pair.Second).Count() / (double)pair.First.Length);

    private static async Task<long[]> PsqlAsync(Notes notes, string query)
    {
        var vector = (await notes.Embedder.EmbedAsync([query], TextRole.Query)).Vectors[0];
        await using var command = notes.DataSource.CreateCommand(
            "SELECT key[1]::bigint FROM pgembed.search('notes', ROW($1, $2)::pgembed.space_vector, 10)");
        command.Parameters.Add(new NpgsqlParameter { Value = notes.Embedder.Space.Id });
        command.Parameters.Add(new NpgsqlParameter { Value = vector });
        var keys = new List<long>();
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            keys.Add(reader.GetInt64(0));
        return [.. keys];
    }
}
