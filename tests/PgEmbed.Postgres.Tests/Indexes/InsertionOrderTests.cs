using Npgsql;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class InsertionOrderTests
{
    [Fact]
    public async Task Rows_are_shuffled_none_is_lost_and_an_older_snapshot_still_sees_them()
    {
        await using var articles = await ArticlesAsync();
        var manager = new IndexManager(articles.DataSource);
        var target = await manager.TargetAsync("articles");
        await manager.BuildAsync(target);
        var before = await RowsAsync(articles);
        await using var old = await articles.DataSource.OpenConnectionAsync();
        await using var snapshot = new NpgsqlCommand(
            "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1", old);
        await snapshot.ExecuteNonQueryAsync();

        var building = manager.BuildAsync(target, new HnswOptions { Order = InsertionOrder.Shuffled }, replace: true);
        // The build waits for the old snapshot, when the rows have long been laid anew.
        while (await articles.ScalarAsync<long>("SELECT count(*) FROM pg_stat_progress_create_index") == 0
            && !building.IsCompleted)
            await Task.Delay(20);
        snapshot.CommandText = $"SELECT count(*) FROM {articles.Collection.Info.Store.Sql}";
        Assert.Equal((long)before.Count, await snapshot.ExecuteScalarAsync());
        await old.CloseAsync();
        var result = await building;

        var after = await RowsAsync(articles);
        Assert.NotEqual(before.Select(r => r.Key), after.Select(r => r.Key));
        Assert.Equal(before.OrderBy(r => r.Key).Select(r => r.Row), after.OrderBy(r => r.Key).Select(r => r.Row));
        Assert.NotNull(result.Plan.Dropped);
        Assert.Contains(result.Plan.Statements, s => s.StartsWith("LOCK TABLE ONLY", StringComparison.Ordinal));
        var index = Assert.Single(await manager.ListAsync());
        Assert.Equal(("articles_1_hnsw", HnswIndexState.Valid), (index.Name, index.State));
        Assert.Equal(0, await articles.InconsistentAsync());
        Assert.Equal(10, (await articles.Collection.SearchAsync("Body").ToListAsync()).Count);
    }

    [Theory]
    [InlineData(InsertionOrder.DimensionalityUp)]
    [InlineData(InsertionOrder.DimensionalityDown)]
    public async Task Rows_are_laid_by_their_dimensionality(InsertionOrder order)
    {
        await using var articles = await ArticlesAsync();
        var manager = new IndexManager(articles.DataSource);

        await manager.BuildAsync(await manager.TargetAsync("articles"), new HnswOptions { Order = order });

        var rows = await RowsAsync(articles);
        var vectors = new VectorBlock(rows.Count, 16);
        for (var i = 0; i < rows.Count; i++)
            articles.Embedder.Vector(rows[i].Text).CopyTo(vectors.Row(i));
        var local = IntrinsicDimension.AtEach(vectors, vectors, DistanceMetric.Cosine);
        Assert.Equal(order == InsertionOrder.DimensionalityUp ? local.Order() : local.OrderDescending(), local);
    }

    [Fact]
    public async Task A_table_of_the_users_is_left_as_it_is()
    {
        await using var table = await VectorTable.CreateAsync();
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => table.Manager.BuildAsync(target, new HnswOptions { Order = InsertionOrder.Shuffled }));

        Assert.Contains("store", error.Message, StringComparison.Ordinal);
    }

    private static async Task<Articles> ArticlesAsync()
    {
        var articles = await Articles.CreateAsync();
        await articles.Collection.UpsertAsync(Articles.Some(500));
        return articles;
    }

    /// <summary>The store's rows as they lie on disk, with the text that each one's vector is of.</summary>
    private static async Task<List<(int Key, string Row, string Text)>> RowsAsync(Articles articles)
    {
        await using var command = articles.DataSource.CreateCommand(
            $"""
            SELECT s.key_1, s::text, concat_ws(E'\n', a.title, a.body)
            FROM {articles.Collection.Info.Store.Sql} s JOIN articles a ON a.id = s.key_1 ORDER BY s.ctid
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var rows = new List<(int, string, string)>();
        while (await reader.ReadAsync())
            rows.Add((reader.GetInt32(0), reader.GetString(1), reader.GetString(2)));
        return rows;
    }
}
