using Npgsql;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Stores;

public sealed class DeleteTests
{
    [Fact]
    public async Task Rows_go_with_their_vectors_by_key_by_keys_and_by_row()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(25_000);
        await articles.Collection.UpsertAsync(rows);

        Assert.True(await articles.Collection.DeleteAsync(1));
        Assert.False(await articles.Collection.DeleteAsync(1));
        // More than one batch, one key twice, one that is not there.
        var many = Enumerable.Range(2, 12_000).Concat([2, 99_999]);
        Assert.Equal(12_000, await articles.Collection.DeleteManyAsync(many));
        Assert.Equal(2, await articles.Collection.DeleteRowsAsync(rows[^2..]));

        Assert.Equal(0, await articles.InconsistentAsync());
        Assert.Equal(
            rows[12_001..^2].Select(r => r.Id),
            await articles.Collection.GetManyAsync(rows.Select(r => r.Id)).Select(r => r.Id).ToListAsync());
        Assert.Equal(0, await articles.Collection.DeleteManyAsync(Array.Empty<int>()));
    }

    [Fact]
    public async Task What_refers_to_a_row_keeps_all_of_them_with_their_vectors()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(20));
        await articles.ExecuteAsync(
            "CREATE TABLE reads (article integer REFERENCES articles); INSERT INTO reads VALUES (20)");

        await Assert.ThrowsAsync<PostgresException>(
            () => articles.Collection.DeleteManyAsync(Enumerable.Range(1, 20)));

        Assert.Equal(20, await articles.ScalarAsync<long>("SELECT count(*) FROM articles"));
        Assert.Equal(0, await articles.InconsistentAsync());
    }

    [Fact]
    public async Task Sessions_that_delete_and_write_the_same_rows_at_once_leave_no_vector_without_its_row()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(60);

        await Parallel.ForEachAsync(Enumerable.Range(0, 40), async (round, cancellationToken) =>
        {
            var shuffled = rows.ConvertAll(r => r with { Body = $"body {round}" }).ToArray();
            new Random(round).Shuffle(shuffled);
            if (round % 2 == 0)
                await articles.Collection.UpsertAsync(shuffled, null, cancellationToken);
            else
                await articles.Collection.DeleteRowsAsync(shuffled, cancellationToken);
        });

        Assert.Equal(0, await articles.InconsistentAsync());
    }

    [Fact]
    public async Task Keys_of_every_type_find_their_rows_and_others_are_refused()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using (var create = database.DataSource.CreateCommand(
            """
            CREATE TABLE parts (tenant smallint, code varchar(4), id uuid, text text, PRIMARY KEY (tenant, code, id))
            """))
            await create.ExecuteNonQueryAsync();
        var parts = await new PgEmbedClient(database.DataSource, new HashingEmbedder()).DefineCollectionAsync(
            new CollectionMapping<Part>("parts").Key(p => p.Tenant).Key(p => p.Code).Key(p => p.Id).Text(p => p.Text));
        var row = new Part(3, "abcd", Guid.NewGuid(), "text");
        await parts.UpsertAsync([row]);

        Assert.Equal(row, await parts.GetAsync((3, "abcd", row.Id)));
        Assert.Equal(row, await parts.GetAsync((3L, "abcd", row.Id)));
        Assert.Equal(row, await parts.GetAsync(Tuple.Create((short)3, "abcd", row.Id)));
        Assert.Equal(row, await parts.GetAsync(new object[] { 3, "abcd", row.Id }));
        // A cast to varchar(4) would have cut this to the key of another row.
        Assert.Null(await parts.GetAsync((3, "abcde", row.Id)));

        foreach (var action in (Func<Task>[])[
            () => parts.DeleteAsync(3),
            () => parts.DeleteAsync((3, "abcd")),
            () => parts.DeleteAsync(("3", "abcd", row.Id)),
            () => parts.DeleteAsync((3, "abcd", "not a uuid")),
            () => parts.DeleteAsync((3, (string?)null, row.Id)),
            () => parts.DeleteAsync((40_000, "abcd", row.Id))])
        {
            var error = await Assert.ThrowsAsync<PgEmbedException>(action);
            Assert.Contains("tenant", error.Message, StringComparison.Ordinal);
        }

        Assert.True(await parts.DeleteAsync((3, "abcd", row.Id)));
    }

    public sealed record Part(short Tenant, string Code, Guid Id, string Text);
}
