using System.Diagnostics;

namespace PgEmbed.Postgres.Tests.Stores;

/// <summary>Waiting until what was written can be found.</summary>
public sealed class SearchableWaitTests
{
    [Fact]
    public async Task What_was_upserted_is_searchable_at_once()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(50));

        await articles.Collection.WaitUntilSearchableAsync(Enumerable.Range(1, 50), TimeSpan.Zero);
        await articles.Collection.WaitUntilSearchableAsync<int>([], TimeSpan.Zero);
    }

    [Fact]
    public async Task Rows_written_by_others_are_waited_for_until_they_are_embedded()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(50));
        await articles.ExecuteAsync(
            """
            INSERT INTO articles SELECT 1000 + i, 'new ' || i, NULL, 'book', 1, 1, false, '{}', now() FROM generate_series(1, 40) i;
            UPDATE articles SET body = 'another' WHERE id = 7
            """);
        int[] keys = [1_001, 7, 1_040, 1, 7];

        var wait = articles.Collection.WaitUntilSearchableAsync(keys, TimeSpan.FromSeconds(60));
        await Task.Delay(100);
        Assert.False(wait.IsCompleted);
        await articles.Collection.SyncAsync().LastAsync();
        await wait;

        Assert.Equal(
            7,
            (await articles.Collection.SearchAsync(
                articles.Embedder.Space.Vector(articles.Embedder.Vector("Title 7\nanother")), 1).SingleAsync()).Row.Id);
    }

    [Fact]
    public async Task What_is_not_searchable_in_time_is_named_with_what_is_missing()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(10));
        await articles.ExecuteAsync(
            """
            UPDATE articles SET title = ' ', body = NULL WHERE id = 1;
            UPDATE articles SET body = 'another' WHERE id = 2;
            INSERT INTO articles VALUES (99, 'new', NULL, 'book', 1, 1, false, '{}', now())
            """);
        var watch = Stopwatch.StartNew();

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => articles.Collection.WaitUntilSearchableAsync(
            [1, 2, 3, 99, 1_000], TimeSpan.FromMilliseconds(200)));

        Assert.True(watch.Elapsed >= TimeSpan.FromMilliseconds(200));
        Assert.Contains("Expected 5 keys of collection 'articles' to be searchable within 0.2 s, but 4 are not", error.Message, StringComparison.Ordinal);
        Assert.Contains("1: its text is blank", error.Message, StringComparison.Ordinal);
        Assert.Contains("2: its vector is that of an earlier text", error.Message, StringComparison.Ordinal);
        Assert.Contains("99: it has no vector yet", error.Message, StringComparison.Ordinal);
        Assert.Contains("1000: there is no such row", error.Message, StringComparison.Ordinal);
        Assert.Contains("SyncAsync", error.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => articles.Collection.WaitUntilSearchableAsync([1], TimeSpan.FromSeconds(-1)));
    }

    [Fact]
    public async Task Carried_values_are_waited_for_too()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(20));
        await notes.Collection.WaitUntilSearchableAsync([3], TimeSpan.Zero);
        await notes.ExecuteAsync("""UPDATE "The ""Notes"" table" SET "the ""tenant"" name" = 'other' WHERE id = 3""");

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => notes.Collection.WaitUntilSearchableAsync([3], TimeSpan.Zero));
        Assert.Contains("3: its carried values are earlier ones", error.Message, StringComparison.Ordinal);
        await notes.Collection.SyncAsync().LastAsync();
        await notes.Collection.WaitUntilSearchableAsync([3], TimeSpan.Zero);
    }

    [Fact]
    public async Task A_wait_can_be_cancelled_and_sees_what_its_transaction_sees()
    {
        await using var articles = await Articles.CreateAsync();
        using var source = new CancellationTokenSource();
        var wait = articles.Collection.WaitUntilSearchableAsync([1], TimeSpan.FromHours(1), source.Token);
        await using (var connection = await articles.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var joined = articles.Collection.WithTransaction(transaction);
            await joined.UpsertAsync(Articles.Some(1));
            await joined.WaitUntilSearchableAsync([1], TimeSpan.Zero);
            await Assert.ThrowsAsync<PgEmbedException>(
                () => articles.Collection.WaitUntilSearchableAsync([1], TimeSpan.Zero));
        }

        Assert.False(wait.IsCompleted);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => wait);
    }
}
