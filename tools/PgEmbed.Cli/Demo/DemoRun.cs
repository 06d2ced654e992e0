using System.Diagnostics;
using System.Linq.Expressions;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Migrations;
using PgEmbed.Onnx;
using PgEmbed.Postgres;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Stores;
using PgEmbed.Quality;
using Spectre.Console;

namespace PgEmbed.Cli.Demo;

/// <summary>Runs the demo: what an application would do, in its order, with measurements between.</summary>
internal sealed class DemoRun(Database database, OnnxTextEmbedder embedder, Terminal terminal)
{
    private const int K = 10;
    private const int LatencyRuns = 21;
    private const int RecallQueries = 100;

    private static readonly (string Text, string Sql, Expression<Func<Package, bool>> Filter)[] Searches =
    [
        (
            "play chess against the computer",
            "section = 'games' AND installed_kb < 20000",
            p => p.Section == "games" && p.InstalledKb < 20_000),
        (
            "stop attackers who guess passwords",
            "section IN ('net', 'admin', 'utils') AND homepage <> ''",
            p => (p.Section == "net" || p.Section == "admin" || p.Section == "utils") && p.Homepage != ""),
        (
            "draw graphs of measured data",
            "architecture <> 'all' AND NOT starts_with(section, 'lib')",
            p => p.Architecture != "all" && !p.Section.StartsWith("lib")),
    ];

    public async Task<DemoReport> RunAsync(CancellationToken cancellationToken)
    {
        await SchemaMigration(cancellationToken);
        await PackageTable.CreateAsync(database.DataSource, cancellationToken);
        var packages = await DefineAsync(cancellationToken);
        var rows = await PackageFile.ReadAsync(PackageFile.Sample, cancellationToken).ToListAsync(cancellationToken);
        var (written, embedSeconds) = await UpsertAsync(packages, rows, cancellationToken);

        terminal.Say("Building the HNSW index…");
        var watch = Stopwatch.StartNew();
        var built = await packages.BuildIndexAsync(cancellationToken: cancellationToken);
        var indexSeconds = watch.Elapsed.TotalSeconds;

        terminal.Say("Searching…");
        var searches = new List<DemoSearch>();
        foreach (var search in Searches)
            searches.Add(await SearchAsync(packages, search, cancellationToken));
        return new DemoReport(
            embedder.Space.Name,
            written.Rows,
            written.Embedded,
            written.Truncated,
            embedSeconds,
            built,
            indexSeconds,
            searches,
            await MeasureRecallAsync(packages, rows, cancellationToken),
            await MeasureSizesAsync(packages, cancellationToken));
    }

    private Task SchemaMigration(CancellationToken cancellationToken) =>
        Commands.SchemaCommand.ApplyAsync(new SchemaMigrator(database.DataSource), terminal, cancellationToken);

    private async Task<VectorCollection<Package>> DefineAsync(CancellationToken cancellationToken)
    {
        var client = new PgEmbedClient(database.DataSource, embedder);
        try
        {
            return await client.DefineCollectionAsync(PackageTable.Mapping, cancellationToken);
        }
        catch (SpaceMismatchException)
        {
            var there = await new CollectionCatalog(database.DataSource).GetAsync(PackageTable.Name, cancellationToken);
            if (there.Source.Schema != PackageTable.Schema)
                throw;
            terminal.Say($"The demo was run with model {there.Store.Space.Name} before: its vectors are made anew.");
            await client.DropCollectionAsync(PackageTable.Name, cancellationToken);
            return await client.DefineCollectionAsync(PackageTable.Mapping, cancellationToken);
        }
    }

    private async Task<(EmbedProgress Written, double Seconds)> UpsertAsync(
        VectorCollection<Package> packages, List<Package> rows, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        var written = await terminal.ErrorConsole.Progress()
            .Columns(
                new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(async context =>
            {
                var task = context.AddTask("Embedding packages", maxValue: rows.Count);
                return await packages.UpsertAsync(rows, new ProgressReport(task, watch), cancellationToken);
            });
        return (written, watch.Elapsed.TotalSeconds);
    }

    private async Task<DemoSearch> SearchAsync(
        VectorCollection<Package> packages,
        (string Text, string Sql, Expression<Func<Package, bool>> Filter) search,
        CancellationToken cancellationToken)
    {
        var vector = await embedder.EmbedQueryAsync(search.Text, cancellationToken);
        var (plan, _) = await packages.ExplainAsync(vector, K, search.Filter, cancellationToken: cancellationToken);
        List<SearchHit<Package>> hits = [];
        var times = new List<double>();
        for (var i = 0; i < LatencyRuns; i++)
        {
            // The whole of what a caller waits for: embedding the text, and the search.
            var watch = Stopwatch.StartNew();
            hits = await packages.SearchAsync(search.Text, K, search.Filter, cancellationToken: cancellationToken)
                .ToListAsync(cancellationToken);
            times.Add(watch.Elapsed.TotalMilliseconds);
        }

        var exact = await packages.SearchAsync(vector, K, search.Filter, new SearchOptions { Exact = true }, cancellationToken)
            .ToListAsync(cancellationToken);
        return new DemoSearch(
            search.Text,
            search.Sql,
            plan.Kind.ToString(),
            Median(times),
            Recall(exact, hits),
            [.. hits.Select(h => new DemoHit(
                h.Distance, h.Row.Id, h.Row.Name, h.Row.Section, h.Row.InstalledKb, h.Row.Synopsis))]);
    }

    private async Task<DemoRecall> MeasureRecallAsync(
        VectorCollection<Package> packages, List<Package> rows, CancellationToken cancellationToken)
    {
        var step = Math.Max(1, rows.Count / RecallQueries);
        var queries = rows.Where((_, i) => i % step == 0).Take(RecallQueries).Select(p => p.Synopsis).ToList();
        var vectors = (await embedder.EmbedAsync(queries, TextRole.Query, cancellationToken)).Vectors;
        List<double> recalls = [], index = [], exact = [];
        for (var i = 0; i < queries.Count; i++)
        {
            var vector = embedder.Space.Vector(vectors[i]);
            var watch = Stopwatch.StartNew();
            var found = await packages.SearchAsync(vector, K, cancellationToken: cancellationToken)
                .ToListAsync(cancellationToken);
            index.Add(watch.Elapsed.TotalMilliseconds);
            watch.Restart();
            var right = await packages.SearchAsync(
                vector, K, options: new SearchOptions { Exact = true }, cancellationToken: cancellationToken)
                .ToListAsync(cancellationToken);
            exact.Add(watch.Elapsed.TotalMilliseconds);
            recalls.Add(Recall(right, found));
        }

        return new DemoRecall(queries.Count, recalls.Average(), Median(index), Median(exact));
    }

    private async Task<DemoSizes> MeasureSizesAsync(
        VectorCollection<Package> packages, CancellationToken cancellationToken)
    {
        await using var command = database.DataSource.CreateCommand(
            """
            SELECT pg_total_relation_size($1::text::regclass), pg_table_size($2::text::regclass),
                   pg_indexes_size($2::text::regclass)
            """);
        command.Parameters.Add(new() { Value = packages.Info.Source.Sql });
        command.Parameters.Add(new() { Value = packages.Info.Store.Sql });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new DemoSizes(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private static double Recall(List<SearchHit<Package>> exact, List<SearchHit<Package>> found) =>
        NeighborRecall.Of([.. exact.Select(hit => hit.Distance)], [.. found.Select(hit => hit.Distance)]);

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    private sealed class ProgressReport(ProgressTask task, Stopwatch watch) : IProgress<EmbedProgress>
    {
        public void Report(EmbedProgress value)
        {
            task.Value = value.Rows;
            task.Description = value.Embedded == 0
                ? "Embedding packages (unchanged)"
                : $"Embedding packages ({Format.Number(value.Embedded / watch.Elapsed.TotalSeconds, "0")}/s)";
        }

    }
}
