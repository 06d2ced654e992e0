using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Spectre.Console;

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
        // Into a file or a pipe a table is not cut to a width that nobody has.
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = 200;
        var table = new Table().Border(TableBorder.Simple);
        foreach (var column in report.Results[0].Keys)
            table.AddColumn(new TableColumn(Markup.Escape(column)).RightAligned());
        foreach (var row in report.Results)
            table.AddRow(row.Values.Select(v => Markup.Escape(Convert.ToString(v, CultureInfo.InvariantCulture)!)).ToArray());
        AnsiConsole.Write(table);
        foreach (var target in report.Targets)
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{(target.Met ? "met" : "NOT MET")}: {target.Name} {target.Value} {target.Unit}, goal {target.Goal}"));
    }
}
