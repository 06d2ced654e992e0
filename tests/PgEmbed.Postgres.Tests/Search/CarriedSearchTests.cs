using System.Linq.Expressions;
using System.Numerics.Tensors;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Tests.Stores;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Tests.Search;

public sealed class CarriedSearchTests
{
    private const int Rows = 4_000;

    // With fewer candidates the way through the index is worth it for a few thousand rows already.
    private static readonly SearchOptions ByIndex = new() { EfSearch = 60 };

    private static readonly DateTime April = new(2024, 4, 1, 0, 0, 0, DateTimeKind.Utc);

    private static readonly Expression<Func<Note, bool>>[] Filters =
    [
        n => n.Tenant == "tenant 2",
        n => n.Tenant == "it's \"1\"" && n.Price < 30,
        n => n.Tenant == null,
        n => n.Tenant == null && n.Price == 7,
        n => n.Tenant != "tenant 2",
        n => n.Tenant == "tenant 2" || n.Tenant == "tenant 3",
        n => n.Tenant == "tenant 2" || n.Price < 10,
        n => n.WrittenAt >= April && n.WrittenAt < April.AddMonths(2),
        n => n.WrittenAt == null,
        n => n.Tenant == "tenant 3" && n.WrittenAt < April && n.Id % 2 == 0,
        n => n.Id < 40,
        n => n.Tenant == "nobody",
        n => n.Price > 50,
    ];

    [Theory]
    [InlineData("none")]
    [InlineData("list")]
    [InlineData("range")]
    [InlineData("hash")]
    [InlineData("frequent")]
    [InlineData("key")]
    [InlineData("partial")]
    public async Task Every_filter_finds_what_a_full_comparison_finds(string shape)
    {
        await using var notes = await FilledAsync(shape == "partial" ? "none" : shape);
        if (shape == "partial")
            await PartialIndexAsync(notes, "\"the \"\"tenant\"\" name\" = 'tenant 2'");
        var rows = Notes.Some(Rows);
        var vectors = rows.ConvertAll(r => notes.Embedder.Vector(r.Body!));
        var recalls = new List<double>();

        foreach (var filter in Filters)
        {
            var passes = filter.Compile();
            foreach (var k in (int[])[1, 10, 60])
            {
                var query = notes.Embedder.Space.Vector(notes.Embedder.Vector($"query {k}"));
                double[] expected = [.. rows.Zip(vectors).Where(r => passes(r.First))
                    .Select(r => 1.0 - TensorPrimitives.CosineSimilarity(r.Second, query.Values.Span)).Order().Take(k)];

                var found = await notes.Collection.SearchAsync(query, k, filter, k == 10 ? ByIndex : null).ToListAsync();

                Assert.Equal(expected.Length, found.Count);
                Assert.All(found, hit => Assert.True(passes(hit.Row), filter.ToString()));
                Assert.Equal(found.Count, found.Select(hit => hit.Row.Id).Distinct().Count());
                recalls.Add(NeighborRecall.Of(expected, [.. found.Select(hit => hit.Distance)]));
            }
        }

        Assert.True(recalls.Average() >= 0.97, $"{recalls.Average()}");
    }

    [Fact]
    public async Task A_filter_on_the_partition_column_reads_its_partition_alone()
    {
        await using var notes = await FilledAsync("list", tenants: 3);
        var query = Query(notes);

        var (plan, server) = await notes.Collection.ExplainAsync(query, 10, n => n.Tenant == "tenant 2", ByIndex);
        Assert.Equal(SearchPlanKind.Partition, plan.Kind);
        var used = await UsedPartitionsAsync(notes, server);
        Assert.Equal(["FOR VALUES IN ('tenant 2')"], used);
        var near = plan.Steps.Last(step => step.Outcome is not null);
        Assert.Equal("near", near.Name);
        Assert.InRange(near.Outcome!.Found!.Value, 10, 100);

        var (other, whole) = await notes.Collection.ExplainAsync(query, 10, n => n.Price < 90, ByIndex);
        Assert.NotEqual(SearchPlanKind.Partition, other.Kind);
        Assert.Equal(4, (await UsedPartitionsAsync(notes, whole)).Count);
    }

    [Fact]
    public async Task A_window_reads_the_partitions_it_spans()
    {
        await using var notes = await FilledAsync("step", tenants: 2);

        var (plan, server) = await notes.Collection.ExplainAsync(
            Query(notes), 10, n => n.WrittenAt >= April && n.WrittenAt < April.AddMonths(3));

        Assert.Equal((SearchPlanKind.Exact, "within"), (plan.Kind, Assert.Single(plan.Steps, step => step.Outcome is not null).Name));
        Assert.Single(await UsedPartitionsAsync(notes, server));
    }

    [Fact]
    public async Task A_partial_index_serves_the_filters_that_imply_its_condition_and_no_others()
    {
        await using var notes = await FilledAsync("none", tenants: 3);
        var name = await PartialIndexAsync(notes, "\"the \"\"tenant\"\" name\" = 'tenant 2'");
        var query = Query(notes);

        var (plan, server) = await notes.Collection.ExplainAsync(
            query, 10, n => n.Tenant == "tenant 2" && n.Price < 80, ByIndex);
        Assert.Equal(SearchPlanKind.PartialIndex, plan.Kind);
        Assert.Contains($"Index Scan using {name}", server, StringComparison.Ordinal);

        foreach (var other in (Expression<Func<Note, bool>>[])
            [n => n.Tenant == "it's \"1\"", n => n.Tenant == "tenant 2" || n.Price < 80, n => n.Price < 80])
        {
            (plan, server) = await notes.Collection.ExplainAsync(query, 10, other, ByIndex);
            Assert.NotEqual(SearchPlanKind.PartialIndex, plan.Kind);
            Assert.DoesNotContain($"{name} ", server, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("partial")]
    [InlineData("list")]
    public async Task A_kept_plan_is_none_for_a_tenant_whose_rows_are_elsewhere_whoever_asked_first(string shape)
    {
        await using var notes = await FilledAsync(shape == "partial" ? "none" : shape, tenants: 3);
        var name = shape == "partial" ? await PartialIndexAsync(notes, "\"the \"\"tenant\"\" name\" = 'tenant 2'") : null;
        string[] tenants = ["tenant 2", "it's \"1\""];
        foreach (var (k, order) in new (int, string[])[] { (10, tenants), (11, [.. tenants.Reverse()]) })
        {
            // Each twice: the second by the plan that was kept.
            foreach (var tenant in (string[])[.. order, .. order])
            {
                var query = notes.Collection.Query(Query(notes)).Filter(n => n.Tenant == tenant).Top(k);
                double[] exact =
                [
                    .. (await query.With(new SearchOptions { Exact = true }).RunAsync()).Hits.Select(hit => hit.Distance),
                ];

                var found = await query.With(ByIndex).RunAsync();

                Assert.Equal(
                    name is null || tenant == "tenant 2", found.Plan.Kind is SearchPlanKind.PartialIndex or SearchPlanKind.Partition);
                Assert.Equal(k, found.Hits.Count);
                Assert.All(found.Hits, hit => Assert.Equal(tenant, hit.Row.Tenant));
                Assert.InRange(NeighborRecall.Of(exact, [.. found.Hits.Select(hit => hit.Distance)]), 0.9, 1);
                if (name is not null)
                {
                    var (_, server) = await query.With(ByIndex).ExplainAsync();
                    Assert.Equal(tenant == "tenant 2", server.Contains($"Index Scan using {name} ", StringComparison.Ordinal));
                }
            }
        }
    }

    [Fact]
    public async Task Without_an_index_of_the_whole_a_partial_one_is_used_where_it_serves()
    {
        await using var notes = await FilledAsync("none", tenants: 3, index: false);
        await PartialIndexAsync(notes, "\"the \"\"tenant\"\" name\" = 'tenant 2'");

        var (plan, _) = await notes.Collection.ExplainAsync(Query(notes), 10, n => n.Tenant == "tenant 2", ByIndex);
        Assert.Equal(SearchPlanKind.PartialIndex, plan.Kind);
        (plan, _) = await notes.Collection.ExplainAsync(Query(notes), 10, n => n.Tenant != "tenant 2", ByIndex);
        Assert.Equal(SearchPlanKind.Exact, plan.Kind);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("hash")]
    public async Task A_small_tenant_is_ranked_in_full_within_the_tenant(string shape)
    {
        await using var notes = await FilledAsync(shape, tenants: 200);

        var (plan, server) = await notes.Collection.ExplainAsync(
            Query(notes), 10, n => n.Tenant == "tenant 7" && n.Price >= 0);

        Assert.Equal(SearchPlanKind.Exact, plan.Kind);
        var step = Assert.Single(plan.Steps, step => step.Outcome is not null);
        Assert.Equal(shape == "hash" ? "within" : "few", step.Name);
        Assert.InRange(step.Outcome!.Found!.Value, 10, 60);
        if (shape == "hash")
            Assert.Single(await UsedPartitionsAsync(notes, server));
    }

    [Theory]
    [InlineData("none")]
    [InlineData("list")]
    public async Task A_stale_carried_value_never_brings_a_wrong_row_and_all_rows_are_found_when_they_must_be(string shape)
    {
        await using var notes = await FilledAsync(shape, tenants: 3);
        var query = Query(notes);
        var nearest = (await notes.Collection.SearchAsync(query, 1, n => n.Tenant == "tenant 2").SingleAsync()).Row;

        // By other hands: the store still has it as tenant 2.
        await notes.ExecuteAsync(
            $"""
            UPDATE "The ""Notes"" table" SET "the ""tenant"" name" = 'moved' WHERE id = {nearest.Id};
            UPDATE "The ""Notes"" table" SET "the ""tenant"" name" = 'moved' WHERE id IN (SELECT id FROM "The ""Notes"" table"
                WHERE "the ""tenant"" name" IS NULL ORDER BY id LIMIT 3)
            """);

        var old = await notes.Collection.SearchAsync(query, 10, n => n.Tenant == "tenant 2").ToListAsync();
        Assert.Equal(10, old.Count);
        Assert.All(old, hit => Assert.True(hit.Row.Tenant == "tenant 2" && hit.Row.Id != nearest.Id));
        // Fewer than k within what the store has: so all rows are looked at, and none is missed.
        var moved = await notes.Collection.SearchAsync(query, 10, n => n.Tenant == "moved").ToListAsync();
        Assert.Equal(4, moved.Count);
        Assert.Equal(nearest.Id, moved[0].Row.Id);

        await notes.Collection.SyncAsync().LastAsync();
        Assert.Equal(
            nearest.Id,
            (await notes.Collection.SearchAsync(query, 1, n => n.Tenant == "moved").SingleAsync()).Row.Id);
        Assert.Equal(0, await notes.InconsistentAsync());
    }

    [Fact]
    public async Task A_collection_that_was_altered_is_searched_on_by_who_opened_it_before()
    {
        await using var notes = await FilledAsync("none", rows: 2_000);
        var before = await notes.Collection.SearchAsync(Query(notes), 10, n => n.Tenant == "tenant 2").ToListAsync();

        await notes.Client.AlterCollectionAsync(
            "notes", ["written_at"], PgEmbed.Postgres.Catalog.Partitioning.ByStep("written_at", "1 month"));

        var after = await notes.Collection.SearchAsync(Query(notes), 10, n => n.Tenant == "tenant 2").ToListAsync();
        Assert.Equal(before.Select(hit => hit.Row), after.Select(hit => hit.Row));
    }

    [Fact]
    public async Task A_sql_filter_that_only_the_table_itself_understands_works_as_before()
    {
        await using var notes = await FilledAsync("list", tenants: 3, rows: 3_000);
        await notes.ExecuteAsync(
            """
            CREATE FUNCTION cheap(note "The ""Notes"" table") RETURNS boolean LANGUAGE sql IMMUTABLE
            AS 'SELECT note.price < 50'
            """);
        foreach (var filter in (string[])
        [
            """ "the ""tenant"" name" = 'tenant 2' AND cheap("The ""Notes"" table") """,
            """ "the ""tenant"" name" = (SELECT 'tenant 2') AND id < (SELECT 1000) -- a comment""",
            """ ("The ""Notes"" table".*) IS NOT NULL AND "the ""tenant"" name" = 'tenant 2' """,
        ])
        {
            var hits = await notes.Collection.SearchRowsAsync("q", 10, SqlFilter.Raw(filter)).ToListAsync();
            Assert.Equal(10, hits.Count);
            Assert.All(hits, hit => Assert.Equal("tenant 2", hit.Row["the \"tenant\" name"]));
        }
    }

    private static async Task<Notes> FilledAsync(string shape, int tenants = 5, int rows = Rows, bool index = true)
    {
        var all = Notes.Some(rows, tenants);
        // So many dimensions that the server itself takes the index for a few thousand rows.
        var notes = await Notes.CreateAsync(
            CarriedColumnTests.Mapping(shape), shape is "step" or "frequent" ? all[..300] : [], dimensions: 64);
        await notes.Collection.UpsertAsync(all);
        if (index)
            await notes.Collection.BuildIndexAsync();
        await notes.ExecuteAsync($"ANALYZE {notes.Store}, \"The \"\"Notes\"\" table\"");
        return notes;
    }

    private static async Task<string> PartialIndexAsync(Notes notes, string filter)
    {
        var manager = new IndexManager(notes.DataSource);
        var built = await manager.BuildAsync(await manager.TargetAsync("notes", filter));
        await notes.ExecuteAsync($"ANALYZE {notes.Store}");
        return built.Plan.IndexName;
    }

    private static SpaceVector Query(Notes notes) => notes.Embedder.Space.Vector(notes.Embedder.Vector("query"));

    /// <summary>The bounds of the partitions that a server's plan scans.</summary>
    private static Task<List<string>> UsedPartitionsAsync(Notes notes, string serverPlan)
    {
        // A step that was never started has scans too, which touched nothing.
        var touched = serverPlan.Split('\n').Where(line => line.Contains(" on ", StringComparison.Ordinal)
            && line.Contains("Scan", StringComparison.Ordinal) && !line.Contains("never executed", StringComparison.Ordinal));
        var names = string.Join(", ", touched.Select(line => "'" + line.Split(" on ")[1].Split(' ')[0] + "'"));
        return notes.ListAsync(
            $"""
            SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = '{notes.Store}'::regclass AND c.relname IN ({names})
            """);
    }
}
