using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Cli.Demo;

/// <summary>Prints the demo's report for a person.</summary>
internal static class DemoPrinter
{
    private const int Shown = 5;

    public static void Print(Terminal terminal, ServerConnection connection, DemoReport report)
    {
        var output = terminal.Output;
        output.WriteLine();
        output.WriteLine(
            report.Embedded == 0
                ? $"{Format.Count(report.Rows)} packages were there already: nothing was embedded again."
                : $"{Format.Count(report.Embedded)} packages embedded by {report.Model} in "
                    + $"{Format.Number(report.EmbedSeconds, "0.0")} s "
                    + $"({Format.Number(report.Embedded / report.EmbedSeconds, "0")}/s, writing included; "
                    + $"{Format.Count(report.Truncated)} longer than the model reads were cut).");
        if (report.IndexBuilt)
            output.WriteLine($"HNSW index built in {Format.Number(report.IndexSeconds, "0.0")} s.");
        foreach (var search in report.Searches)
            PrintSearch(terminal, search);

        output.WriteLine(
            $"Through the index, {report.Recall.Queries} queries without a filter: recall@10 "
            + $"{Format.Number(report.Recall.RecallAt10, "0.000")}, "
            + $"{Format.Number(report.Recall.IndexMilliseconds, "0.0")} ms at the median; exact "
            + $"{Format.Number(report.Recall.ExactMilliseconds, "0.0")} ms.");
        output.WriteLine(
            $"On disk: table {Format.Bytes(report.Sizes.Table)}, vectors {Format.Bytes(report.Sizes.Store)}, "
            + $"their indexes {Format.Bytes(report.Sizes.Index)}.");
        output.WriteLine();
        output.WriteLine("Search on, in words:");
        output.WriteLine("  tools/pgembed search packages \"listen to internet radio\" --filter \"section = 'sound'\"");
        output.WriteLine("or in SQL, packages like 'nano' by meaning, through the index:");
        var variables = connection.Source == ConnectionSource.LocalCluster ? "tools/pgembed db psql -- " : $"psql '{connection.ToUri()}' ";
        output.WriteLine($"  {variables}-c \"");
        output.WriteLine(
            """
                SELECT p.name, p.section, p.synopsis, round(n.distance::numeric, 3) AS distance
                FROM pgembed_demo.packages p
                JOIN pgembed_store.nearest_packages(
                    (SELECT pgembed.vector_of('packages', id::text) FROM pgembed_demo.packages WHERE name = 'nano')) n USING (id)
                WHERE p.section <> 'editors' ORDER BY n.distance LIMIT 5"
            """);
    }

    private static void PrintSearch(Terminal terminal, DemoSearch search)
    {
        terminal.Output.WriteLine();
        terminal.Output.WriteLine($"\"{search.Text}\"  WHERE {search.Filter}");
        var names = search.Hits.Take(Shown).Select(hit => hit.Name.Length).DefaultIfEmpty().Max();
        foreach (var hit in search.Hits.Take(Shown))
        {
            var line = $"  {Format.Number(hit.Distance, "0.000")}  {hit.Name.PadRight(names)}  {hit.Section,-10} "
                + $"{Format.Count(hit.InstalledKb),9} kB  ";
            terminal.Output.WriteLine(line + Format.Cut(hit.Synopsis, Math.Max(20, terminal.Width - line.Length - 1)));
        }

        terminal.Output.WriteLine(
            $"  plan {search.Plan}, {Format.Number(search.Milliseconds, "0.0")} ms at the median with embedding, "
            + $"recall@10 against exact {Format.Number(search.RecallAt10, "0.00")}");
    }
}
