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
        // Rows with the same figures are one table.
        foreach (var table in report.Results.GroupBy(row => string.Join('\n', row.Keys)))
            WriteTable([.. table]);
        foreach (var target in report.Targets)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(target.Met ? "met" : "NOT MET")}: {target.Name} {target.Value} {target.Unit}, goal {target.Goal}"));
    }

    private static void WriteTable(IReadOnlyDictionary<string, object>[] rows)
    {
        string[][] table =
            [[.. rows[0].Keys], .. rows.Select(row => row.Keys.Select(figure => Text(row[figure])).ToArray())];
        // A line a figure and a column a result where there are more figures than results, else the other way round:
        // a terminal is not wide.
        if (rows.Length < rows[0].Count)
            table = [.. Enumerable.Range(0, rows[0].Count).Select(i => table.Select(row => row[i]).ToArray())];
        var widths = Enumerable.Range(0, table[0].Length).Select(i => table.Max(row => row[i].Length)).ToList();
        foreach (var row in table)
            Console.WriteLine("  " + string.Join("  ", row.Select(
                (text, i) => i == 0 ? text.PadRight(widths[i]) : text.PadLeft(widths[i]))).TrimEnd());
        Console.WriteLine();
    }

    private static string Text(object value) => Convert.ToString(value, CultureInfo.InvariantCulture)!;
}
