using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PgEmbed.Benchmarks;

/// <summary>Prints a report as a table or as JSON.</summary>
internal static class ReportWriter
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        WriteIndented = true,
    };

    public static void Write(BenchReport report, bool json)
    {
        if (json)
        {
            Console.WriteLine(JsonSerializer.Serialize(report, Json));
            return;
        }

        var machine = report.Machine;
        Console.WriteLine(
            $"{report.Bench}{(report.Quick ? " (quick: a smaller size)" : "")}, commit {report.Commit}: "
            + $"{machine.Cpu}, {machine.Cores} cores");
        Console.WriteLine($"{report.Data.Name}: {report.Data.Rows} rows, {report.Data.Dims} dimensions");
        if (report.Settings.Count > 0)
            Console.WriteLine(
                $"PostgreSQL {machine.Postgres}, pgvector {machine.Pgvector}: "
                + string.Join(", ", report.Settings.Select(s => $"{s.Key} {s.Value}")));
        // A line a figure and a column a result: there are more figures than a terminal is wide.
        var width = report.Results[0].Keys.Max(name => name.Length);
        foreach (var figure in report.Results[0].Keys)
            Console.WriteLine($"  {figure.PadRight(width)}  " + string.Join("  ", report.Results.Select(
                row => Convert.ToString(row[figure], CultureInfo.InvariantCulture)!.PadLeft(ColumnWidth(row)))));
        foreach (var target in report.Targets)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(target.Met ? "met" : "NOT MET")}: {target.Name} {target.Value} {target.Unit}, goal {target.Goal}"));
    }

    private static int ColumnWidth(IReadOnlyDictionary<string, object> row) =>
        row.Values.Max(value => Convert.ToString(value, CultureInfo.InvariantCulture)!.Length);
}
