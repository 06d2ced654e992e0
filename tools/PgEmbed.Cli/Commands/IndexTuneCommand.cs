using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index tune</c>.</summary>
internal static class IndexTuneCommand
{
    public static Command Create(Terminal terminal)
    {
        var target = new IndexTargetOptions();
        var recall = new Option<double>("--recall")
        {
            Description = "The recall to reach, above 0 and below 1.",
            DefaultValueFactory = _ => 0.95,
        };
        var k = new Option<int>("--k", "-k") { Description = "How many neighbours count.", DefaultValueFactory = _ => 10 };
        var sample = new Option<int>("--sample")
        {
            Description = "Rows to copy to a temporary table and to measure on.",
            DefaultValueFactory = _ => 20_000,
            HelpName = "ROWS",
        };
        var queries = IndexCheckCommand.QueriesOption();
        var count = IndexCheckCommand.CountOption();
        var candidates = new Option<string[]>("--try")
        {
            Description = "Settings to try, as m:ef_construction; may be given several times.",
            HelpName = "M:EF",
        };
        var apply = new Option<bool>("--apply") { Description = "Build, or rebuild, the index with what is advised." };
        var dryRun = new Option<bool>("--dry-run")
        {
            Description = "Only measure: don't keep what is advised for the collection's searches and later builds.",
        };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command("tune", "Find m, ef_construction and ef_search for a recall, by measuring on a sample.");
        target.AddTo(command, builds: false);
        foreach (var option in (Option[])
            [recall, k, sample, queries, count, candidates, apply, dryRun, model, connection, json])
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(apply) && parsed.GetValue(dryRun))
                throw new UsageException("Expected either --apply or --dry-run.");
            var settings = parsed.GetValue(candidates) is { Length: > 0 } given
                ? [.. given.Select(Candidate)]
                : new IndexTuneOptions().Candidates;
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new IndexManager(database.DataSource);
            var found = await target.FindAsync(manager, parsed, cancellationToken);
            var options = new IndexTuneOptions
            {
                Recall = parsed.GetValue(recall),
                K = parsed.GetValue(k),
                SampleRows = parsed.GetValue(sample),
                Queries = parsed.GetValue(count),
                QueryVectors = parsed.GetValue(queries) is { } path
                    ? await IndexQueryFile.ReadAsync(path, found, parsed.GetValue(model), terminal, cancellationToken)
                    : null,
                Candidates = settings,
            };
            var tuning = await manager.TuneAsync(
                found, options, new Progress(terminal), cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(tuning);
            else
                Write(terminal, tuning);
            if (tuning.Advice is not { } advice)
                return ExitCode.Failed;
            if (!parsed.GetValue(dryRun) && await manager.KeepAsync(found, tuning, cancellationToken))
                terminal.Say(
                    $"Kept: an index of {found.Collection} is built so from now on, and searches through such an index take "
                    + $"ef_search = {advice.EfSearch}.");
            if (parsed.GetValue(apply))
                await ApplyAsync(terminal, manager, found, advice, parsed.GetValue(json), cancellationToken);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task ApplyAsync(
        Terminal terminal,
        IndexManager manager,
        IndexTarget target,
        IndexTuningAdvice advice,
        bool json,
        CancellationToken cancellationToken)
    {
        var hnsw = new HnswOptions { M = advice.M, EfConstruction = advice.EfConstruction };
        var plan = await manager.PlanAsync(target, hnsw, cancellationToken: cancellationToken);
        if (plan.Existing is { } there && there.M == hnsw.M && there.EfConstruction == hnsw.EfConstruction)
        {
            terminal.Say($"{there.Sql} is built so already.");
            return;
        }

        var printer = new IndexBuildPrinter(terminal, json: false);
        var result = await manager.BuildAsync(
            target, hnsw, replace: true, printer.Explain, printer, cancellationToken);
        terminal.Say($"{result.Plan.IndexName}: built in {Format.Number(result.Elapsed.TotalSeconds, "0.0")} s.");
    }

    private static (int M, int EfConstruction) Candidate(string text)
    {
        var parts = text.Split(':');
        return parts.Length == 2
            && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var m)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var efConstruction)
            ? (m, efConstruction)
            : throw new UsageException($"Expected a setting as m:ef_construction, such as 16:64, got '{text}'.");
    }

    private static void Write(Terminal terminal, IndexTuning tuning)
    {
        terminal.Output.WriteLine(
            $"Measured on {Format.Count(tuning.SampleRows)} of {Format.Count(tuning.Rows)} rows, with {tuning.QuerySource}.");
        var table = new Table().Border(TableBorder.Simple).AddColumns(
            "m", "ef_construction", "ef_search", $"recall@{tuning.K}", "95 % interval", "p50 ms", "p95 ms", "pages");
        foreach (var curve in tuning.Curves)
        {
            foreach (var measure in curve.Measures)
            {
                table.AddRow(
                    Number(curve.M),
                    Number(curve.EfConstruction),
                    Number(measure.EfSearch),
                    Format.Number(measure.Recall, "0.0000"),
                    $"{Format.Number(measure.Interval.Low, "0.000")}–{Format.Number(measure.Interval.High, "0.000")}",
                    Format.Number(measure.MedianMilliseconds, "0.00"),
                    Format.Number(measure.P95Milliseconds, "0.00"),
                    Format.Count((long)measure.Pages));
            }
        }

        terminal.OutputConsole.Write(table);
        var sums = new Table().Border(TableBorder.Simple).AddColumns(
            "m", "ef_construction", $"ef_search for {Format.Number(tuning.Recall, "0.###")}", "pages", "build s, sample",
            "size, all rows", "build memory, all rows");
        foreach (var curve in tuning.Curves)
        {
            sums.AddRow(
                Number(curve.M),
                Number(curve.EfConstruction),
                curve.EfSearch is { } efSearch ? Format.Number(Math.Ceiling(efSearch), "0") : "not reached",
                curve.Pages is { } pages ? Format.Count((long)pages) : "",
                Format.Number(curve.BuildSeconds, "0.0"),
                Format.Bytes(curve.FullBytes),
                Format.Bytes(curve.FullMemory));
        }

        terminal.OutputConsole.Write(sums);
        terminal.Output.WriteLine(Advice(tuning));
    }

    private static string Advice(IndexTuning tuning)
    {
        if (tuning.Advice is not { } advice)
            return $"None of them reaches {Format.Number(tuning.Recall, "0.###")}. Try larger ones with --try, or another codec.";
        var settings = $"Advised: m = {advice.M}, ef_construction = {advice.EfConstruction}, ef_search = {advice.EfSearch}.";
        if (advice.Growth == 0 && advice.LowEfSearch == advice.HighEfSearch)
            return settings;
        return settings + $" That ef_search is extrapolated from {Format.Count(tuning.SampleRows)} rows to "
            + $"{Format.Count(tuning.Rows)}: between {advice.LowEfSearch} and "
            + $"{(advice.HighEfSearch >= 1_000 ? "1000 or more" : Number(advice.HighEfSearch))} at 90 %. "
            + "Measure it when the index is built: pgembed index check.";
    }

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);

    private sealed class Progress(Terminal terminal) : IProgress<string>
    {
        public void Report(string value) => terminal.Say(value);
    }
}
