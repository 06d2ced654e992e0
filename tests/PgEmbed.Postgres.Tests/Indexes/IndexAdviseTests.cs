using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Indexes.Advising;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search.Sampling;
using PgEmbed.Postgres.Tests.Stores;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class IndexAdviseTests
{
    [Fact]
    public async Task What_filters_say_of_each_column_is_found_and_whether_by_equality()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(500));
        await notes.ExecuteAsync("ANALYZE \"The \"\"Notes\"\" table\"");
        await using var connection = await notes.DataSource.OpenConnectionAsync();
        FilterMeasure Measure(string filter) => new(filter, 1, 10, 100, "Exact", 1, 1, 1);

        var found = await new FilterColumns(connection, notes.Collection.Info).FindAsync(
            [
                Measure("\"the \"\"tenant\"\" name\" = 'tenant 2' AND price < 20 AND body LIKE '%a%' AND id > 3"),
                Measure("\"the \"\"tenant\"\" name\" IN ('tenant 2', 'it''s \"1\"')"),
                Measure("price = 5 OR price > 90"),
                Measure("price = 5 OR written_at IS NULL"),
            ],
            default);

        Assert.Equal(
            [("the \"tenant\" name", 1), ("price", 0), ("the \"tenant\" name", 2), ("price", 0)],
            found.Select(f => (f.Column, f.Values)));
        var rows = await notes.ScalarAsync<long>("SELECT count(*) FROM \"The \"\"Notes\"\" table\" WHERE price < 20");
        Assert.InRange(found[1].Rows, 0.7 * rows, 1.3 * rows);
    }

    [Theory]
    // A condition that many share and few rows meet; a proposal saves what the costs say, and not without rows to save.
    [InlineData(true, "price < '5'::numeric", null)]
    [InlineData(false, null, "hash (\"the \"\"tenant\"\" name\")")]
    public async Task The_most_gainful_is_proposed_and_priced_for_all_searches(bool shared, string? filter, string? partitioning)
    {
        await using var notes = await Notes.CreateAsync(new CollectionMapping<Note>("notes")
            .Table("The \"Notes\" table").Key(n => n.Id).Text(n => n.Body).Column(n => n.Tenant, "the \"tenant\" name"));
        await notes.Collection.UpsertAsync(Notes.Some(300, tenants: 200));
        await notes.ExecuteAsync("ANALYZE \"The \"\"Notes\"\" table\"");
        await using var connection = await notes.DataSource.OpenConnectionAsync();
        FilterMeasure[] measures = shared
            ? [new("price < 5", 90, 10, 15_000, "IterativeIndex", 30, 40, 0.9), new(null, 10, 10, 300_000, "Index", 2, 3, 1)]
            : [.. Enumerable.Range(2, 20).Select(i => new FilterMeasure(
                $"\"the \"\"tenant\"\" name\" = 'tenant {i}'", 5, 10, 1_500, "Exact", 30, 40, 1))];
        FilterColumn[] said = shared
            ? [new(measures[0], "price", "(price < '5'::numeric)", 15_000, 0)]
            : [.. measures.Select(m => new FilterColumn(m, "the \"tenant\" name", m.Filter!, 1_500, 1))];

        var proposals = await new ProposalFinder(
            connection, notes.Collection.Info, new SearchCosts(2, 0.001), rows: 300_000, m: 16, new IndexAdviseOptions())
            .FindAsync(measures, said, [], default);

        var proposal = proposals[0];
        Assert.Equal(filter is null ? null : $"({filter})", proposal.Filter);
        Assert.StartsWith(partitioning ?? "", proposal.Partitioning?.ToString() ?? "", StringComparison.Ordinal);
        Assert.True(proposal.Carries);
        Assert.Equal(shared ? 0.9 : 1, proposal.Share, 3);
        Assert.Equal(30, proposal.Milliseconds, 3);
        Assert.InRange(proposal.ExpectedMilliseconds, 1, 15);
        // The share of all time, by hand.
        var total = measures.Sum(m => m.Weight * m.MedianMilliseconds);
        Assert.Equal(
            proposal.Share * measures.Sum(m => m.Weight) * (30 - proposal.ExpectedMilliseconds) / total, proposal.Gain, 3);
        if (shared)
            Assert.Empty(await new ProposalFinder(
                connection, notes.Collection.Info, new SearchCosts(2, 0.001), 300_000, 16, new IndexAdviseOptions())
                .FindAsync(measures, said, ["(price < '5'::numeric)"], default));
    }

    [Fact]
    public async Task Partitions_that_would_slow_other_searches_more_than_they_help_are_not_proposed()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(300, tenants: 200));
        await using var connection = await notes.DataSource.OpenConnectionAsync();
        FilterMeasure[] measures =
        [
            new("a", 1, 10, 1_500, "Exact", 30, 40, 1), new("b", 1, 10, 1_500, "Exact", 30, 40, 1),
            new(null, 98, 10, 300_000, "Index", 2, 3, 1),
        ];
        FilterColumn[] said =
            [.. measures[..2].Select(m => new FilterColumn(m, "the \"tenant\" name", m.Filter!, 160_000, 1))];

        Assert.Empty(await new ProposalFinder(
            connection, notes.Collection.Info, new SearchCosts(2, 0.001), 300_000, 16, new IndexAdviseOptions())
            .FindAsync(measures, said, [], default));
    }

    [Fact]
    public async Task Advice_is_applied_and_measured_again_with_the_same_searches()
    {
        await using var notes = await Notes.CreateAsync(dimensions: 32);
        await notes.Collection.UpsertAsync(Notes.Some(3_000, tenants: 4));
        await notes.Collection.BuildIndexAsync();
        var manager = new IndexManager(notes.DataSource);
        SampledFilter[] filters =
        [
            new("price < 5", SqlFilter.Raw("price < 5"), 10, 9),
            new("\"the \"\"tenant\"\" name\" = 'tenant 2'", SqlFilter.Raw("\"the \"\"tenant\"\" name\" = 'tenant 2'"), 10, 1),
        ];
        var advice = await manager.AdviseAsync("notes", new IndexAdviseOptions { Filters = filters, Queries = 5 });
        Assert.Equal(filters.Select(f => f.Text), advice.Measures.Select(m => m.Filter));
        Assert.All(advice.Measures, m => Assert.InRange(m.Recall, 0.9, 1));
        Assert.Empty(advice.After);

        // So few rows are ranked in no time, so what is applied is set by hand.
        advice = advice with
        {
            CarriedColumns = ["the \"tenant\" name", "written_at", "price"],
            Proposals =
            [
                new IndexProposal
                {
                    Column = "price", Carries = true, Filter = "(price < '5'::numeric)", Share = 1, Milliseconds = 1,
                    ExpectedMilliseconds = 1, Gain = 0.1, Bytes = 1, Reason = "",
                },
            ],
        };
        var applied = await manager.ApplyAsync(advice);

        Assert.Equal(filters.Select(f => f.Text), applied.After.Select(m => m.Filter));
        Assert.All(applied.After, m => Assert.InRange(m.Recall, 0.9, 1));
        await notes.ReopenAsync();
        Assert.Equal(["the \"tenant\" name", "written_at", "price"], notes.Collection.Info.CarriedColumns.Select(c => c.Name));
        Assert.Equal(
            "(carried_3 < '5'::numeric)",
            Assert.Single(await manager.ListAsync(storesOnly: true), index => index.Filter is not null).Filter);

        // Another alteration builds it anew, in the new store's words; and leaves it out with its column.
        await notes.Client.AlterCollectionAsync("notes", ["price"], partitioning: null);
        Assert.Equal(
            "(carried_1 < '5'::numeric)",
            Assert.Single(await manager.ListAsync(storesOnly: true), index => index.Filter is not null).Filter);
        await notes.Client.AlterCollectionAsync("notes", ["written_at"], Partitioning.ByHash("written_at", 2));
        Assert.Null(Assert.Single(await manager.ListAsync(storesOnly: true)).Filter);
    }

    [Fact]
    public async Task Without_samples_an_index_or_a_filter_that_runs_it_says_what_is_missing()
    {
        await using var notes = await Notes.CreateAsync();
        await notes.Collection.UpsertAsync(Notes.Some(50));
        var manager = new IndexManager(notes.DataSource);
        var filters = new IndexAdviseOptions { Filters = [new("price < 5", SqlFilter.Raw("price < 5"), 10, 1)] };
        Assert.Contains(
            "QuerySampler", (await Assert.ThrowsAsync<PgEmbedException>(() => manager.AdviseAsync("notes"))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "index build", (await Assert.ThrowsAsync<PgEmbedException>(() => manager.AdviseAsync("notes", filters))).Message, StringComparison.Ordinal);
        await notes.Collection.BuildIndexAsync();
        Assert.Empty((await manager.AdviseAsync("notes", filters)).Proposals);
        var hostile = "price < 5; DROP TABLE \"The \"\"Notes\"\" table\"; --";
        await Assert.ThrowsAsync<PgEmbedException>(() => manager.AdviseAsync(
            "notes", new IndexAdviseOptions { Filters = [new(hostile, SqlFilter.Raw(hostile), 10, 1)] }));
        Assert.Equal(50, await notes.ScalarAsync<long>("SELECT count(*) FROM \"The \"\"Notes\"\" table\""));
    }
}
