using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Tests.Stores;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class PartialIndexTests
{
    private const string OfTenant2 = "\"the \"\"tenant\"\" name\" = 'tenant 2'";

    [Fact]
    public async Task A_partial_index_has_the_rows_of_its_filter_beside_the_index_of_all_and_is_checked_and_dropped_by_it()
    {
        await using var notes = await Notes.CreateAsync(dimensions: 64);
        await notes.Collection.UpsertAsync(Notes.Some(1_500, tenants: 3));
        await notes.Collection.BuildIndexAsync();
        var manager = new IndexManager(notes.DataSource);

        var target = await manager.TargetAsync("notes", OfTenant2);
        Assert.Equal("carried_1 = 'tenant 2'", target.Filter!.Trim('(', ')').Replace("::text", "", StringComparison.Ordinal));
        var built = await manager.BuildAsync(target);
        Assert.True(built.Built);
        Assert.False((await manager.BuildAsync(target)).Built);

        // Each is found by its target, and one is not taken for the other.
        var all = await manager.ListAsync(storesOnly: true);
        Assert.Equal(2, all.Count);
        var partial = Assert.Single(all, index => index.Filter is not null);
        Assert.Equal(built.Plan.IndexName, partial.Name);
        Assert.True(partial.IsOurs);
        await notes.ExecuteAsync($"ANALYZE {notes.Store}");
        var rows = await notes.ScalarAsync<float>($"SELECT reltuples FROM pg_class WHERE relname = '{partial.Name}'");
        Assert.Equal(
            await notes.ScalarAsync<long>($"SELECT count(*) FROM {notes.Store} WHERE carried_1 = 'tenant 2'"), (long)rows);

        var check = await manager.CheckAsync(target, new IndexCheckOptions { Queries = 20, EfSearch = [100] });
        Assert.Equal(partial.Name, check.Index.Name);
        Assert.InRange(check.Measures[0].Recall, 0.9, 1);

        Assert.True((await manager.BuildAsync(target, new HnswOptions { M = 8 }, replace: true)).Built);
        partial = Assert.Single(await manager.ListAsync(storesOnly: true), index => index.Filter is not null);
        Assert.Equal(8, partial.M);
        await manager.DropAsync(partial);
        Assert.Null(Assert.Single(await manager.ListAsync(storesOnly: true)).Filter);
    }

    [Fact]
    public async Task A_partial_index_over_other_columns_is_refused_with_those_that_are_carried()
    {
        await using var notes = await Notes.CreateAsync();
        foreach (var filter in (string[])
            ["price < 5", "written_at > '2024-01-01' AND price < 5", "nonsense", "true); DROP TABLE x; --", "true"])
        {
            var error = await Assert.ThrowsAsync<PgEmbedException>(
                () => new IndexManager(notes.DataSource).TargetAsync("notes", filter));
            Assert.Contains("\"written_at\"", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_partial_index_whose_filter_may_change_with_time_is_refused_and_leaves_nothing()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(20));
        var manager = new IndexManager(notes.DataSource);
        var error = await Assert.ThrowsAsync<PgEmbedException>(
            async () => await manager.BuildAsync(await manager.TargetAsync("notes", "written_at > now()")));
        Assert.Contains("IMMUTABLE", error.Message, StringComparison.Ordinal);
        Assert.Empty(await manager.ListAsync(storesOnly: true));
    }
}
