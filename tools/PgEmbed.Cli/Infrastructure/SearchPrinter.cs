using System.Globalization;
using System.Text.Json;
using PgEmbed.Postgres.Catalog;
using Spectre.Console;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Prints the rows that a search found, each with its figures, for example its distance.</summary>
internal static class SearchPrinter
{
    public static void Write(
        Terminal terminal,
        CollectionInfo collection,
        IReadOnlyList<string> figures,
        IReadOnlyList<(double[] Figures, IReadOnlyDictionary<string, object?> Row)> hits,
        bool json)
    {
        if (json)
            terminal.WriteJson(Plain(figures, hits));
        else
            WriteTable(terminal, collection, figures, hits);
    }

    /// <summary>The rows as JSON has them.</summary>
    public static IEnumerable<Dictionary<string, object?>> Plain(
        IReadOnlyList<string> figures,
        IReadOnlyList<(double[] Figures, IReadOnlyDictionary<string, object?> Row)> hits) =>
        hits.Select(hit => figures
            .Select((name, i) => KeyValuePair.Create(name, (object?)hit.Figures[i]))
            .Append(KeyValuePair.Create(
                "row", (object?)hit.Row.ToDictionary(column => column.Key, column => Plain(column.Value))))
            .ToDictionary(field => field.Key, field => field.Value));

    private static void WriteTable(
        Terminal terminal,
        CollectionInfo collection,
        IReadOnlyList<string> figures,
        IReadOnlyList<(double[] Figures, IReadOnlyDictionary<string, object?> Row)> hits)
    {
        // The key, the text, and of the rest what is short enough to be read in a row.
        var keys = collection.KeyColumns.Select(c => c.Name).ToList();
        var texts = collection.TextColumns.Select(c => c.Name).Except(keys).ToList();
        var rest = collection.Source.Columns.Select(c => c.Name).Except(keys).Except(texts).Take(4).ToList();
        var table = new Table().Border(TableBorder.Simple);
        foreach (var figure in figures)
            table.AddColumn(new TableColumn(figure.Replace('_', ' ')).RightAligned());
        List<string> columns = [.. keys, .. rest, .. texts.Take(1)];
        foreach (var column in columns)
            table.AddColumn(Markup.Escape(column));
        foreach (var (values, row) in hits)
        {
            string[] cells = [.. values.Select(v => Format.Number(v, "0.0000")), .. columns.Select(c => Cell(row[c]))];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }

        terminal.OutputConsole.Write(table);
        if (hits.Count == 0)
            terminal.Say("No row passes the filter.");
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => Format.Cut(text, 60),
        Array array => Format.Cut(string.Join(", ", array.Cast<object?>()), 40),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => Format.Cut(value.ToString() ?? "", 40),
    };

    // What JSON has no form for is printed as text.
    private static object? Plain(object? value) => value switch
    {
        null or string or bool or int or long or short or decimal or DateTime or DateTimeOffset or Guid => value,
        double number => double.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        float number => float.IsFinite(number) ? number : number.ToString(CultureInfo.InvariantCulture),
        byte[] bytes => Convert.ToHexStringLower(bytes),
        Array { Rank: 1 } array => array.Cast<object?>().Select(Plain).ToArray(),
        JsonDocument document => document.RootElement,
        _ => value.ToString(),
    };
}
