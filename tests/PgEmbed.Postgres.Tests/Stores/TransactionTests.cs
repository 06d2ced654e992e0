namespace PgEmbed.Postgres.Tests.Stores;

/// <summary>A collection within a transaction of the caller's.</summary>
public sealed class TransactionTests
{
    [Fact]
    public async Task What_is_written_is_seen_inside_at_once_and_outside_when_the_caller_commits()
    {
        await using var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(3_000));
        await using var connection = await articles.DataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var joined = articles.Collection.WithTransaction(transaction);

        // Two batches, so that what one leaves in the session is met by the other.
        await joined.UpsertAsync(Articles.Some(1_500, seed: 2));
        Assert.Equal(100, await joined.DeleteManyAsync(Enumerable.Range(2_901, 100)));
        Assert.Equal(Articles.Some(1, seed: 2)[0].Body, (await joined.GetAsync(1))!.Body);
        Assert.Null(await joined.GetAsync(2_950));
        Assert.NotEqual(Articles.Some(1, seed: 2)[0].Body, (await articles.Collection.GetAsync(1))!.Body);
        Assert.NotNull(await articles.Collection.GetAsync(2_950));
        Assert.Equal(0, await articles.InconsistentAsync());

        await transaction.CommitAsync();

        Assert.Equal(Articles.Some(1, seed: 2)[0].Body, (await articles.Collection.GetAsync(1))!.Body);
        Assert.Equal(0, await articles.InconsistentAsync());
        await Assert.ThrowsAsync<PgEmbedException>(async () => await joined.GetAsync(1));
    }

    [Fact]
    public async Task What_the_caller_rolls_back_was_never_written()
    {
        await using var articles = await Articles.CreateAsync();
        var rows = Articles.Some(50);
        await articles.Collection.UpsertAsync(rows);
        await using (var connection = await articles.DataSource.OpenConnectionAsync())
        await using (var transaction = await connection.BeginTransactionAsync())
        {
            var joined = articles.Collection.WithTransaction(transaction);
            await joined.UpsertAsync(rows.ConvertAll(r => r with { Body = "other" }));
            await joined.DeleteAsync(7);
        }

        Assert.Equivalent(rows, await articles.Collection.GetManyAsync(rows.Select(r => r.Id)).ToListAsync());
        Assert.Equal(0, await articles.InconsistentAsync());
    }
}
