namespace PgEmbed.Postgres.Tests.Stores;

public sealed class UpsertTests
{
    [Fact]
    public async Task Only_changed_texts_are_embedded_and_every_row_ends_with_its_own_vector()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(5_000);

        var first = await articles.Collection.UpsertAsync(rows);
        var places = await articles.ScalarAsync<string>("SELECT string_agg(ctid::text, ' ' ORDER BY id) FROM articles");
        var again = await articles.Collection.UpsertAsync(rows);
        // An unchanged row is not even updated in place: that would leave a dead row behind.
        Assert.Equal(
            places, await articles.ScalarAsync<string>("SELECT string_agg(ctid::text, ' ' ORDER BY id) FROM articles"));
        var edited = rows.ConvertAll(r => r with { Price = 7, Body = r.Id <= 3 ? "new body" : r.Body });
        var third = await articles.Collection.UpsertAsync(edited);

        Assert.Equal((5_000, 5_000), (first.Rows, first.Embedded));
        Assert.Equal((5_000, 0), (again.Rows, again.Embedded));
        Assert.Equal((5_000, 3), (third.Rows, third.Embedded));
        Assert.Equal(5_003, articles.Embedder.Embedded);
        Assert.Equal(0, await articles.InconsistentAsync());
        Assert.Equal(5_000, await articles.ScalarAsync<long>("SELECT count(*) FROM articles WHERE price = 7"));
    }

    [Fact]
    public async Task A_null_or_blank_text_has_no_vector_and_loses_the_one_it_had()
    {
        await using var articles = await Articles.CreateAsync();
        Article Row(int id, string? title) => new() { Id = id, Title = title, Kind = "book", PublishedAt = DateTime.UtcNow };

        var first = await articles.Collection.UpsertAsync(
            [Row(1, null), Row(2, ""), Row(3, " \t\n"), Row(4, "text"), Row(5, "text too")]);
        var second = await articles.Collection.UpsertAsync([Row(5, null)]);

        Assert.Equal((3, 2, 0), (first.Blank, first.Embedded, first.Removed));
        Assert.Equal((1, 0, 1), (second.Blank, second.Embedded, second.Removed));
        var found = await articles.Collection.SearchAsync("text", k: 10).ToListAsync();
        Assert.Equal([4], found.Select(hit => hit.Row.Id));
        Assert.Equal(5, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
    }

    [Fact]
    public async Task Of_a_key_that_comes_twice_the_later_row_counts()
    {
        await using var articles = await Articles.CreateAsync();
        var row = Articles.Some(1)[0];

        await articles.Collection.UpsertAsync([row with { Body = "earlier" }, row with { Body = "later" }]);

        Assert.Equal("later", await articles.ScalarAsync<string>("SELECT body FROM articles"));
        Assert.Equal(0, await articles.InconsistentAsync());
    }

    [Theory]
    [InlineData(0, "NUL")]
    [InlineData(0xD800, "surrogate")]
    [InlineData(0xDFFF, "surrogate")]
    public async Task A_text_that_cannot_be_stored_is_refused_with_its_key_and_nothing_of_its_batch_is_written(
        int character, string expected)
    {
        var text = $"a{(char)character}b";
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(3);
        rows[1] = rows[1] with { Body = text };

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => articles.Collection.UpsertAsync(rows));

        Assert.Contains("key 2", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
    }

    [Fact]
    public async Task Sessions_that_write_the_same_rows_at_once_never_leave_the_vector_of_another_text()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(50);

        await Parallel.ForEachAsync(Enumerable.Range(0, 40), async (round, cancellationToken) =>
        {
            // Half of the sessions write the old texts back, which may look unchanged to them when they are not.
            var body = round % 2 == 0 ? "first" : $"other {round}";
            var shuffled = rows.ConvertAll(r => r with { Body = body });
            new Random(round).Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(shuffled));
            await articles.Collection.UpsertAsync(shuffled, null, cancellationToken);
        });

        Assert.Equal(0, await articles.InconsistentAsync());
        Assert.Equal(50, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
    }

    [Fact]
    public async Task A_row_changed_between_the_look_up_and_the_write_is_written_again()
    {
        await using var articles = await Articles.CreateAsync();
        var row = Articles.Some(1)[0] with { Body = "old" };
        await articles.Collection.UpsertAsync([row]);
        var other = articles.Embedder;
        var slow = new HashingEmbedder();
        var collection = await articles.Client(slow).DefineCollectionAsync(Articles.Mapping);
        var second = row with { Id = 2, Body = "second" };
        // While 'second' is embedded, another session gives the first row another text: to this one it seemed unchanged.
        slow.Before = async _ =>
        {
            slow.Before = null;
            await articles.Collection.UpsertAsync([row with { Body = "changed meanwhile" }]);
        };

        await collection.UpsertAsync([row, second]);

        Assert.Equal("old", await articles.ScalarAsync<string>("SELECT body FROM articles WHERE id = 1"));
        Assert.Equal(0, await articles.InconsistentAsync());
        Assert.Equal(2, slow.Embedded);
        Assert.Equal(2, other.Embedded);
    }

    [Fact]
    public async Task A_cancelled_upsert_keeps_the_batches_it_has_written_and_can_be_repeated()
    {
        await using var articles = await Articles.CreateAsync();
        using var cancel = new CancellationTokenSource();
        var rows = Articles.Some(6_000);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => articles.Collection.UpsertAsync(
            rows, new Immediate(_ => cancel.Cancel()), cancel.Token));

        Assert.Equal(1_000, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
        Assert.Equal(0, await articles.InconsistentAsync());
        var rest = await articles.Collection.UpsertAsync(rows);
        Assert.Equal(5_000, rest.Embedded);
    }

    private sealed class Immediate(Action<PgEmbed.Postgres.Stores.EmbedProgress> report)
        : IProgress<PgEmbed.Postgres.Stores.EmbedProgress>
    {
        public void Report(PgEmbed.Postgres.Stores.EmbedProgress value) => report(value);
    }
}
