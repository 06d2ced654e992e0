using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Indexes.Tuning;
using PgEmbed.Postgres.Tests.Stores;

namespace PgEmbed.Postgres.Tests.Indexes;

public sealed class IndexTuneTests
{
    private static readonly int[] Ladder = [10, 20, 40, 80, 160, 320, 640, 1_000];

    [Fact]
    public async Task What_is_advised_reaches_the_recall_and_the_copy_is_gone()
    {
        await using var table = await VectorTable.CreateAsync(3_000, dimensions: 24);
        var target = await table.Manager.ColumnTargetAsync("items", "v", IndexMetric.L2);

        var tuning = await table.Manager.TuneAsync(
            target,
            new IndexTuneOptions { Recall = 0.9, SampleRows = 3_000, Queries = 100, Candidates = [(4, 16), (12, 48)] });

        Assert.Equal((2_900, 3_000, 2), (tuning.SampleRows, tuning.Rows, tuning.Curves.Count));
        Assert.All(tuning.Curves, curve => Assert.Equal(curve.Measures.OrderBy(m => m.EfSearch), curve.Measures));
        Assert.True(tuning.Curves[0].EfSearch > tuning.Curves[1].EfSearch);
        var advice = tuning.Advice!;
        // All of the table was measured on, so nothing was extrapolated.
        Assert.Equal((advice.EfSearch, advice.EfSearch), (advice.LowEfSearch, advice.HighEfSearch));
        Assert.False(await CopyIsThereAsync(table));

        await table.Manager.BuildAsync(target, new HnswOptions { M = advice.M, EfConstruction = advice.EfConstruction });
        var check = await table.Manager.CheckAsync(target, new IndexCheckOptions { EfSearch = [advice.EfSearch] });
        Assert.InRange(check.Measures[0].Interval.High, 0.89, 1);
    }

    [Fact]
    public async Task From_a_sample_it_is_extrapolated_and_says_how_sure_it_is()
    {
        await using var table = await VectorTable.CreateAsync(4_000, dimensions: 24);
        var target = await table.Manager.ColumnTargetAsync("items", "v", IndexMetric.L2);

        var tuning = await table.Manager.TuneAsync(
            target, new IndexTuneOptions { Recall = 0.9, SampleRows = 1_200, Queries = 100, Candidates = [(6, 24)] });

        var advice = tuning.Advice!;
        Assert.Equal(1_200, tuning.SampleRows);
        Assert.True(advice.Growth > 0);
        Assert.True(advice.LowEfSearch < advice.HighEfSearch);
        Assert.InRange(advice.EfSearch, (int)tuning.Curves[0].EfSearch!.Value, advice.HighEfSearch);
        Assert.False(await CopyIsThereAsync(table));
    }

    [Fact]
    public async Task What_is_kept_of_a_collections_tuning_is_what_it_is_built_and_searched_by()
    {
        await using var notes = await Notes.CreateAsync(dimensions: 24);
        await notes.Collection.UpsertAsync(Notes.Some(3_000));
        var manager = new IndexManager(notes.DataSource);
        var target = await manager.TargetAsync("notes");
        Assert.Null(await manager.TunedAsync(target));
        var tuning = await manager.TuneAsync(target, new IndexTuneOptions { Recall = 0.8, Queries = 50, Candidates = [(6, 30)] });

        Assert.True(await manager.KeepAsync(target, tuning));
        var tuned = (await manager.TunedAsync(target))!;
        Assert.Equal((6, 30, tuning.Advice!.EfSearch, 0.8, 10), (tuned.M, tuned.EfConstruction, tuned.EfSearch, tuned.Recall, tuned.K));
        await notes.Collection.BuildIndexAsync();
        Assert.Equal(6, Assert.Single(await manager.ListAsync(storesOnly: true)).M);
        var query = notes.Embedder.Space.Vector(notes.Embedder.Vector("query"));
        var (plan, _) = await notes.Collection.ExplainAsync(query, 10);
        Assert.Equal($"{tuned.EfSearch}", plan.Steps[0].Settings["hnsw.ef_search"]);

        // It is the same vectors', however they are stored; an index of another build is not what was tuned.
        await notes.Client.AlterCollectionAsync("notes", ["written_at"], partitioning: null);
        target = await manager.TargetAsync("notes");
        Assert.Equal(tuned, await manager.TunedAsync(target));
        await manager.BuildAsync(target, new HnswOptions { M = 10 }, replace: true);
        (plan, _) = await notes.Collection.ExplainAsync(query, 10);
        Assert.NotEqual($"{tuned.EfSearch}", plan.Steps[0].Settings.GetValueOrDefault("hnsw.ef_search"));
        Assert.False(await manager.KeepAsync(target, tuning with { Advice = null }));
    }

    [Fact]
    public async Task A_recall_that_no_setting_reaches_gives_no_advice()
    {
        await using var table = await VectorTable.CreateAsync(1_500, dimensions: 200);
        var target = await table.Manager.ColumnTargetAsync("items", "v");

        var tuning = await table.Manager.TuneAsync(
            target, new IndexTuneOptions { Recall = 0.9999, Queries = 50, Candidates = [(2, 4)] });

        Assert.Null(tuning.Advice);
        Assert.Null(tuning.Curves[0].EfSearch);
        Assert.Equal(1_000, tuning.Curves[0].Measures[^1].EfSearch);
    }

    [Fact]
    public async Task Too_few_rows_are_refused_and_a_cancelled_run_leaves_no_copy()
    {
        await using var table = await VectorTable.CreateAsync(12);
        var target = await table.Manager.ColumnTargetAsync("items", "v");
        await Assert.ThrowsAsync<PgEmbedException>(() => table.Manager.TuneAsync(target));
        await table.ExecuteAsync(VectorTable.InsertSql("items", IndexedType.Vector, 16, 100, 2_500));
        using var cancel = new CancellationTokenSource();

        var tuning = table.Manager.TuneAsync(
            target,
            new IndexTuneOptions { Candidates = [(16, 1_000)] },
            new Begun(_ => cancel.CancelAfter(50)),
            cancel.Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => tuning);
        Assert.False(await CopyIsThereAsync(table));
    }

    [Theory]
    [InlineData(0.9, 100)]
    [InlineData(0.95, 200)]
    [InlineData(0.5, 20)]
    public void Between_two_measured_points_what_is_missed_falls_as_a_power(double recall, double expected)
    {
        // What is missed is 10 / ef_search.
        var points = Ladder.Select(ef => (ef, 1 - (10.0 / ef))).ToList();

        Assert.Equal(expected, EfSearchCurve.Find(points, recall)!.Value, 6);
        Assert.Null(EfSearchCurve.Find(points, 0.9999));
        Assert.Equal(10, EfSearchCurve.Find(points, 0));
        Assert.Equal(150, EfSearchCurve.At([(100, 100.0), (200, 200.0)], 150));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.6)]
    public void A_growth_that_holds_on_the_parts_is_continued_to_all_rows(double growth)
    {
        // Of each query the share 5 · (rows / 1000)^growth / ef_search is missed, half of the queries missing twice that.
        var parts = new long[] { 1_000, 2_000, 4_000 }.Select(rows => (rows, Points(rows))).ToList();

        var line = Extrapolation.Continue(parts, 0.9, 64_000)!.Value;

        Assert.Equal(growth, line.Growth, 2);
        Assert.InRange(line.EfSearch, 0.97 * 50 * Math.Pow(64, growth), 1.03 * 50 * Math.Pow(64, growth));
        Assert.True(line.Low <= line.EfSearch && line.EfSearch <= line.High);
        Assert.True(line.Low < line.High);
        Assert.Null(Extrapolation.Continue(parts, 0.9999, 64_000));

        IReadOnlyList<(int, IReadOnlyList<double>)> Points(long rows) =>
            [.. Ladder.Select(ef => (ef, (IReadOnlyList<double>)[.. Enumerable.Range(0, 100).Select(query =>
                Math.Max(0, 1 - ((query % 2 == 0 ? 2 : 8) * Math.Pow(rows / 1_000.0, growth) / ef)))]))];
    }

    private static Task<bool> CopyIsThereAsync(VectorTable table) =>
        table.ScalarAsync<bool>("SELECT EXISTS (SELECT FROM pg_class WHERE relname LIKE '\\_pgembed%')");

    private sealed class Begun(Action<string> report) : IProgress<string>
    {
        public void Report(string value)
        {
            if (value.Contains("building", StringComparison.Ordinal))
                report(value);
        }
    }
}
