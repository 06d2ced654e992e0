namespace PgEmbed.Postgres.Tests.Stores;

public sealed class SyncTests
{
    [Fact]
    public async Task Rows_written_in_plain_sql_are_embedded_changed_and_removed()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.ExecuteAsync(
            """
            INSERT INTO articles
            SELECT i, 'title ' || i, CASE WHEN i % 5 = 0 THEN NULL ELSE 'body ' || i END, 'book', i, 0, false, '{}', now()
            FROM generate_series(1, 5000) i
            """);

        var first = await articles.Collection.SyncAsync().LastAsync();
        Assert.Equal(5_000, first.Embedded);
        Assert.Equal(0, await articles.InconsistentAsync());

        await articles.ExecuteAsync(
            """
            UPDATE articles SET title = 'ümläut 日本 😀' WHERE id = 10;
            UPDATE articles SET price = 0 WHERE id = 11;
            UPDATE articles SET title = NULL, body = E' \t\n' WHERE id = 12;
            DELETE FROM articles WHERE id > 4990;
            """);
        var second = await articles.Collection.SyncAsync().LastAsync();
        Assert.Equal((1, 11), (second.Embedded, second.Removed));
        await articles.ExecuteAsync("DELETE FROM articles WHERE id = 12");
        Assert.Equal(0, await articles.InconsistentAsync());
        var third = await articles.Collection.SyncAsync().LastAsync();
        Assert.Equal((0, 0), (third.Embedded, third.Removed));
    }

    [Fact]
    public async Task A_row_that_changes_while_it_is_embedded_does_not_get_the_old_texts_vector()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(2));
        await articles.ExecuteAsync("UPDATE articles SET body = 'in between' WHERE id = 1");
        articles.Embedder.Before = async _ =>
        {
            articles.Embedder.Before = null;
            await articles.ExecuteAsync("UPDATE articles SET body = 'last' WHERE id = 1");
        };

        await articles.Collection.SyncAsync().LastAsync();
        Assert.Equal(1, await articles.InconsistentAsync());
        await articles.Collection.SyncAsync().LastAsync();
        Assert.Equal(0, await articles.InconsistentAsync());
    }
}
