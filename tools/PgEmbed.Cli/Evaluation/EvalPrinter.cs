using PgEmbed.Cli.Infrastructure;
using Spectre.Console;

namespace PgEmbed.Cli.Evaluation;

/// <summary>Prints a report for people.</summary>
internal static class EvalPrinter
{
    public static void Write(EvalReport report, double confidence, Terminal terminal)
    {
        Say(report.Counts, terminal);
        if (report.Compared is null)
            WriteMeasures(report, confidence, terminal);
        else
            WriteDifferences(report, report.Compared, confidence, terminal);
        foreach (var result in new[] { report.Result, report.Compared })
        {
            if (result is { P50Milliseconds: { } p50, P95Milliseconds: { } p95 })
                terminal.Output.WriteLine(
                    $"{result.Name}: {Format.Number(p50, "0.0")} ms a search at the median, {Format.Number(p95, "0.0")} ms at "
                    + "the 95th percentile");
        }

        foreach (var query in report.Queries ?? [])
        {
            foreach (var (measure, value) in query.Values)
                terminal.Output.WriteLine(
                    $"{query.Query}\t{measure}\t{Format.Number(value, "0.0000")}"
                    + (query.Compared is null ? "" : $"\t{Format.Number(query.Compared[measure], "0.0000")}"));
        }
    }

    private static void Say(EvalCounts counts, Terminal terminal)
    {
        terminal.Say($"{Format.Count(counts.Queries)} queries, {Format.Count(counts.Judged)} judged documents.");
        if (counts.Unjudged > 0)
            terminal.Say($"{Format.Count(counts.Unjudged)} queries have no judgment and were left out.");
        if (counts.NotRun > 0)
            terminal.Say(
                $"{Format.Count(counts.NotRun)} judged queries were not run. They count as 0, as under trec_eval -c, "
                + "unless --skip-not-run leaves them out.");
        if (counts.Unanswerable > 0)
            terminal.Say($"{Format.Count(counts.Unanswerable)} queries have no relevant document and count as 0.");
        if (counts.Missing > 0)
            terminal.Say(
                $"{Format.Count(counts.Missing.Value)} relevant documents are not in the collection: they can't be found.");
    }

    private static void WriteMeasures(EvalReport report, double confidence, Terminal terminal)
    {
        var table = Table(report, Interval(confidence));
        Row(null, report.Counts.Queries, report.Result.Measures);
        foreach (var group in report.Groups)
            Row(group.Group, group.Queries, group.Measures);
        terminal.OutputConsole.Write(table);

        void Row(string? group, int queries, IReadOnlyList<EvalMeasure> measures)
        {
            foreach (var measure in measures)
            {
                string[] cells =
                    [measure.Measure, Value(measure.Mean), Range(measure.Low, measure.High), Format.Count(queries)];
                table.AddRow(Cells(report, group, cells));
            }
        }
    }

    private static void WriteDifferences(
        EvalReport report, EvalResult compared, double confidence, Terminal terminal)
    {
        terminal.Output.WriteLine($"first: {report.Result.Name}");
        terminal.Output.WriteLine($"second: {compared.Name}");
        var table = Table(report, "second", "difference", Interval(confidence), "p", "better", "worse");
        Row(null, report.Counts.Queries, report.Differences);
        foreach (var group in report.Groups)
            Row(group.Group, group.Queries, group.Differences);
        terminal.OutputConsole.Write(table);

        void Row(string? group, int queries, IReadOnlyList<EvalDifference> differences)
        {
            foreach (var of in differences)
            {
                string[] cells =
                [
                    of.Measure,
                    Value(of.First),
                    Value(of.Second),
                    Format.Number(of.Difference, "+0.0000;-0.0000;0.0000"),
                    Range(of.Low, of.High),
                    Format.Number(of.PValue, "0.0000"),
                    Format.Count(of.Better),
                    Format.Count(of.Worse),
                    Format.Count(queries),
                ];
                table.AddRow(Cells(report, group, cells));
            }
        }
    }

    private static Table Table(EvalReport report, params string[] columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        if (report.Groups.Count > 0)
            table.AddColumn("group");
        table.AddColumn("measure");
        table.AddColumn(new TableColumn(report.Compared is null ? "mean" : "first").RightAligned());
        foreach (var column in columns)
            table.AddColumn(new TableColumn(column).RightAligned());
        return table.AddColumn(new TableColumn("queries").RightAligned());
    }

    private static string[] Cells(EvalReport report, string? group, string[] cells) =>
        [.. (report.Groups.Count > 0 ? [group ?? "(all)", .. cells] : cells).Select(Markup.Escape)];

    private static string Interval(double confidence) => $"{Format.Number(confidence * 100, "0.#")} % interval";

    private static string Value(double value) => Format.Number(value, "0.0000");

    private static string Range(double? low, double? high) =>
        low is null || high is null ? "" : $"{Value(low.Value)} – {Value(high.Value)}";
}
