using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Stores;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Stores;

public sealed class VectorImportTests
{
    private static readonly float[] Wrong = new float[15];

    [Theory]
    [InlineData("f32", 1e-6)]
    [InlineData("f16", 1e-3)]
    public async Task Vectors_that_were_made_elsewhere_are_found_and_go_out_as_they_came_in(string codec, double tolerance)
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Client().DropCollectionAsync("articles");
        var collection = await articles.Client(new VectorsOnlyEmbedder(articles.Embedder.Space))
            .DefineCollectionAsync(Articles.Mapping.StoredAs(Codec.Parse(codec)));
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 'title ' || i, NULL, 'book', i, 0, false, '{}', now() FROM generate_series(1, 20000) i");
        var reports = new List<VectorImportResult>();

        var result = await collection.ImportVectorsAsync(
            articles.Embedder.Space, Vectors(articles, 1, 20_000), progress: new Reports(reports));

        Assert.Equal(new VectorImportResult(20_000, 0), result);
        Assert.Equal(result, reports[^1]);
        Assert.True(reports.Count > 1);
        var exported = await collection.ExportVectorsAsync<long>().ToDictionaryAsync(v => v.Key);
        Assert.Equal(20_000, exported.Count);
        foreach (var (key, vector) in exported)
        {
            Assert.Equal(EmbeddedText.Hash($"title {key}"), vector.Hash.ToArray());
            var expected = articles.Embedder.Vector($"title {key}");
            Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(expected[i], vector.Values.Span[i], tolerance));
        }

        var near = await collection.SearchAsync(
            articles.Embedder.Space.Vector(articles.Embedder.Vector("title 777")), k: 1).SingleAsync();
        Assert.Equal(777, near.Row.Id);
        // What is there is of the rows' present texts: a sync with the model has nothing to do.
        var model = await articles.Client().OpenCollectionAsync("articles");
        Assert.Equal(0, (await model.SyncAsync().LastAsync()).Embedded);
        await Assert.ThrowsAsync<PgEmbedException>(async () => await collection.SearchAsync("a text").ToListAsync());
    }

    [Fact]
    public async Task What_is_there_is_replaced_and_of_a_key_that_comes_twice_the_later_vector_counts()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(100));
        var other = articles.Embedder.Vector("other");
        IEnumerable<KeyedVector<int>> Twice()
        {
            // The second of the key is in the same batch as the first, the third in another.
            yield return new(100, articles.Embedder.Vector("earliest"));
            yield return new(100, articles.Embedder.Vector("earlier"));
            for (var i = 1; i < 9_000; i++)
                yield return new(100 + i, other);
            yield return new(100, other);
        }

        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 't', NULL, 'book', i, 0, false, '{}', now() FROM generate_series(101, 9099) i");

        var result = await articles.Collection.ImportVectorsAsync(
            articles.Embedder.Space, Twice().ToAsyncEnumerable());

        Assert.Equal(9_001, result.Written);
        Assert.Equal(0, await articles.InconsistentAsync());
        Assert.Equal(other, (await articles.Collection.ExportVectorsAsync<int>().SingleAsync(v => v.Key == 100)).Values);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("infinite")]
    [InlineData("zero")]
    [InlineData("short")]
    [InlineData("no row")]
    [InlineData("no text")]
    public async Task One_that_cannot_be_taken_in_is_named_and_none_is_written(string fault)
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 't' || i, NULL, 'book', i, 0, false, '{}', now() FROM generate_series(1, 20000) i");
        await articles.ExecuteAsync("UPDATE articles SET title = ' ' WHERE id = 19000");
        var vectors = Vectors(articles, 1, 18_000).Append(new KeyedVector<int>(fault == "no row" ? 20_001 : 19_000, fault switch
        {
            "NaN" => Enumerable.Repeat(float.NaN, 16).ToArray(),
            "infinite" => Enumerable.Repeat(float.NegativeInfinity, 16).ToArray(),
            "zero" => new float[16],
            "short" => Wrong,
            _ => articles.Embedder.Vector("any"),
        }));

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => articles.Collection.ImportVectorsAsync(articles.Embedder.Space, vectors));

        Assert.Contains(fault switch
        {
            "no row" => "key 20001",
            "no text" => "key 19000",
            _ => "position 18000 (key 19000)",
        }, error.Message, StringComparison.Ordinal);
        Assert.Empty(await articles.Collection.ExportVectorsAsync<int>().ToListAsync());
    }

    [Theory]
    [InlineData("Maximum Pool Size=1;Timeout=5")]
    [InlineData("Pooling=false")]
    public async Task A_pool_of_one_connection_is_enough(string settings)
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 'title ' || i, NULL, 'book', i, 0, false, '{}', now() FROM generate_series(1, 5000) i");
        var builder = new NpgsqlDataSourceBuilder(articles.DataSource.ConnectionString + ";" + settings);
        builder.UsePgEmbed();
        await using var dataSource = builder.Build();
        var collection = await new PgEmbedClient(dataSource, articles.Embedder).OpenCollectionAsync(Articles.Mapping);

        Assert.Equal(5_000, (await collection.ImportVectorsAsync(articles.Embedder.Space, Vectors(articles, 1, 5_000))).Written);
        Assert.Equal(0, await articles.InconsistentAsync());
    }

    [Fact]
    public async Task A_source_that_fails_midway_leaves_nothing_and_its_error_comes_out()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 'title ' || i, NULL, 'book', i, 0, false, '{}', now() FROM generate_series(1, 9000) i");
        async IAsyncEnumerable<KeyedVector<int>> Failing()
        {
            await foreach (var vector in Vectors(articles, 1, 8_000))
                yield return vector;
            throw new FormatException("broken");
        }

        Assert.Equal("broken", (await Assert.ThrowsAsync<FormatException>(
            () => articles.Collection.ImportVectorsAsync(articles.Embedder.Space, Failing()))).Message);
        Assert.Empty(await articles.Collection.ExportVectorsAsync<int>().ToListAsync());
        Assert.Equal(9_000, (await articles.Collection.ImportVectorsAsync(articles.Embedder.Space, Vectors(articles, 1, 9_000))).Written);
    }

    [Fact]
    public async Task Those_without_a_row_can_be_left_out()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, CASE WHEN i > 5 THEN 't' END, NULL, 'book', i, 0, false, '{}', now() FROM generate_series(1, 10) i");

        var result = await articles.Collection.ImportVectorsAsync(
            articles.Embedder.Space, Vectors(articles, 1, 12), new VectorImportOptions { SkipUnknown = true });

        Assert.Equal(new VectorImportResult(5, 7), result);
        Assert.Equal([6, 7, 8, 9, 10], await articles.Collection.ExportVectorsAsync<int>().Select(v => v.Key).Order().ToListAsync());
    }

    [Fact]
    public async Task A_vector_of_an_earlier_text_is_out_of_date_and_one_of_another_space_is_refused()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(10));
        var saved = await articles.Collection.ExportVectorsAsync<int>().ToListAsync();
        await articles.ExecuteAsync("UPDATE articles SET body = 'changed since' WHERE id = 3");

        await articles.Collection.ImportVectorsAsync(articles.Embedder.Space, saved.ToAsyncEnumerable());

        Assert.Equal(1, await articles.InconsistentAsync());
        Assert.Equal(1, (await articles.Collection.SyncAsync().LastAsync()).Embedded);
        Assert.Equal(0, await articles.InconsistentAsync());
        var other = new HashingEmbedder(seed: "other").Space;
        await Assert.ThrowsAsync<SpaceMismatchException>(
            () => articles.Collection.ImportVectorsAsync(other, saved.ToAsyncEnumerable()));
        // The server notices a collection that was switched since it was opened.
        await articles.ExecuteAsync(
            $"""
            INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric)
            VALUES ('{other.Id}', '{other.Name}', '{other.Fingerprint}', 16, 'cosine');
            UPDATE pgembed.store SET space_id = '{other.Id}'
            """);
        await Assert.ThrowsAsync<SpaceMismatchException>(
            () => articles.Collection.ImportVectorsAsync(articles.Embedder.Space, saved.ToAsyncEnumerable()));
        await Assert.ThrowsAsync<SpaceMismatchException>(
            async () => await articles.Collection.ExportVectorsAsync<int>().ToListAsync());
    }

    [Fact]
    public async Task A_source_of_vectors_that_fails_and_a_killed_server_process_leave_the_store_as_it_was()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(10));
        var before = await articles.Collection.ExportVectorsAsync<int>().OrderBy(v => v.Key).ToListAsync();
        await articles.ExecuteAsync(
            "INSERT INTO articles SELECT i, 't', NULL, 'book', i, 0, false, '{}', now() FROM generate_series(11, 30000) i");
        async IAsyncEnumerable<KeyedVector<int>> Failing(Func<Task> fault)
        {
            await foreach (var vector in Vectors(articles, 1, 20_000))
                yield return vector;
            await fault();
            await foreach (var vector in Vectors(articles, 20_001, 10_000))
                yield return vector;
        }

        await Assert.ThrowsAsync<InvalidDataException>(() => articles.Collection.ImportVectorsAsync(
            articles.Embedder.Space, Failing(() => throw new InvalidDataException())));
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => articles.Collection.ImportVectorsAsync(
            articles.Embedder.Space,
            Failing(() => articles.ExecuteAsync(
                """
                SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
                """))));

        var after = await articles.Collection.ExportVectorsAsync<int>().OrderBy(v => v.Key).ToListAsync();
        Assert.Equal(before.Select(v => v.Key), after.Select(v => v.Key));
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First.Values.ToArray(), pair.Second.Values.ToArray()));
    }

    [Fact]
    public async Task A_store_with_carried_columns_gets_their_values_from_the_rows()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Client().DropCollectionAsync("articles");
        var collection = await articles.Client().DefineCollectionAsync(
            Articles.Mapping.Carry(a => a.Kind).PartitionByList(a => a.Kind, "book", "film"));
        var rows = Articles.Some(10_000);
        await collection.UpsertAsync(rows);
        var saved = await collection.ExportVectorsAsync<int>().ToListAsync();
        await articles.ExecuteAsync($"DELETE FROM {collection.Info.Store.Sql} WHERE key_1 % 3 = 0");

        var result = await collection.ImportVectorsAsync(articles.Embedder.Space, saved.ToAsyncEnumerable());

        Assert.Equal(saved.Count, result.Written);
        Assert.Equal(rows.Count, await articles.ScalarAsync<long>(
            $"SELECT count(*) FROM {collection.Info.Store.Sql} s JOIN articles a ON a.id = s.key_1 AND a.kind = s.carried_1"));
        var films = await collection.SearchAsync("q", 10, a => a.Kind == "film", new SearchOptions { Exact = true }).ToListAsync();
        Assert.Equal(10, films.Count);
    }

    [Fact]
    public async Task Within_the_callers_transaction_it_is_his_to_commit()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(10));
        var other = articles.Embedder.Vector("other");
        await using (var connection = await articles.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var joined = articles.Collection.WithTransaction(transaction);
            await joined.ImportVectorsAsync(
                articles.Embedder.Space, new[] { new KeyedVector<int>(1, other) }.ToAsyncEnumerable());
            Assert.Equal(other, (await joined.ExportVectorsAsync<int>().FirstAsync(v => v.Key == 1)).Values.ToArray());
        }

        Assert.NotEqual(
            other, (await articles.Collection.ExportVectorsAsync<int>().FirstAsync(v => v.Key == 1)).Values.ToArray());
    }

    private static IAsyncEnumerable<KeyedVector<int>> Vectors(Articles articles, int first, int count) =>
        Enumerable.Range(first, count)
            .Select(id => new KeyedVector<int>(id, articles.Embedder.Vector($"title {id}"))).ToAsyncEnumerable();

    private sealed class Reports(List<VectorImportResult> reports) : IProgress<VectorImportResult>
    {
        public void Report(VectorImportResult value) => reports.Add(value);
    }
}
