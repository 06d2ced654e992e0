using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index check</c>.</summary>
internal static class IndexCheckCommand
{
    public static Command Create(Terminal terminal)
    {
        var target = new IndexTargetOptions();
        var k = new Option<int>("--k", "-k") { Description = "How many neighbours count.", DefaultValueFactory = _ => 10 };
        var queries = QueriesOption();
        var count = CountOption();
        var efSearch = new Option<int[]>("--ef-search")
        {
            Description = "hnsw.ef_search to measure at; may be given several times. Default: 40, and what search sets.",
            HelpName = "N",
        };
        var filter = new Option<string[]>("--filter")
        {
            Description = "Measure also under this SQL condition; may be given several times.",
            HelpName = "SQL",
        };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "check", "Measure an index against exact searches: recall, time, pages read, dead rows, size.");
        target.AddTo(command, builds: false);
        foreach (var option in (Option[])[k, queries, count, efSearch, filter, model, connection, json])
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new IndexManager(database.DataSource);
            var found = await target.FindAsync(manager, parsed, cancellationToken);
            var result = await manager.CheckAsync(
                found,
                new IndexCheckOptions
                {
                    K = parsed.GetValue(k),
                    Queries = parsed.GetValue(count),
                    QueryVectors = parsed.GetValue(queries) is { } path
                        ? await IndexQueryFile.ReadAsync(path, found, parsed.GetValue(model), terminal, cancellationToken)
                        : null,
                    EfSearch = parsed.GetValue(efSearch) is { Length: > 0 } given ? given : null,
                    Filters = parsed.GetValue(filter) ?? [],
                },
                cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(result);
            else
                Write(terminal, result);
            return ExitCode.Done;
        });
        return command;
    }

    public static Option<string?> QueriesOption() => new("--queries")
    {
        Description = "Real queries, a text or a vector a line. Default: stored rows, each moved off its place.",
        HelpName = "FILE",
    };

    public static Option<int> CountOption() => new("--count")
    {
        Description = "How many stored rows to make queries of.",
        DefaultValueFactory = _ => 200,
        HelpName = "N",
    };

    private static void Write(Terminal terminal, IndexCheckResult result)
    {
        terminal.WriteFacts(
            ("index", $"{result.Index.Sql} on {result.Index.TableSql}"),
            ("queries", result.QuerySource),
            ("rows", $"{Format.Count(result.Rows)}, {Format.Count(result.DeadRows)} dead "
                + $"({Format.Number(100 * result.DeadFraction, "0.0")} %)"),
            ("size", $"{Format.Bytes(result.Index.Bytes)}, {Format.Number(result.SizeRatio, "0.00")} of a fresh build's "
                + $"{Format.Bytes(result.FreshBytes)}"),
            ("exact search", result.Queries == 0
                ? null
                : $"{Format.Number(result.ExactMedianMilliseconds, "0.0")} ms at the median"));
        if (result.Measures.Count == 0)
            return;
        var table = new Table().Border(TableBorder.Simple).AddColumns(
            "filter", "ef_search", $"recall@{result.K}", "95 % interval", "returned", "p50 ms", "p95 ms", "pages");
        foreach (var measure in result.Measures)
        {
            string[] cells =
            [
                measure.Filter is null ? "none" : Format.Cut(measure.Filter, 50),
                measure.EfSearch.ToString(CultureInfo.InvariantCulture),
                Format.Number(measure.Recall, "0.0000"),
                $"{Format.Number(measure.Interval.Low, "0.0000")}–{Format.Number(measure.Interval.High, "0.0000")}",
                $"{Format.Number(100 * measure.Returned, "0.0")} %",
                Format.Number(measure.MedianMilliseconds, "0.00"),
                Format.Number(measure.P95Milliseconds, "0.00"),
                Format.Count((long)measure.Pages),
            ];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }

        terminal.OutputConsole.Write(table);
    }
}
