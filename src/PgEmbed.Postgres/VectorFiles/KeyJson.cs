using System.Globalization;
using System.Text.Json;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>
/// Keys in JSON: a number for an integer, a text for any other type; an array of them where there are several key columns.
/// </summary>
internal static class KeyJson
{
    /// <summary>Throws where a collection's keys have no form here.</summary>
    /// <exception cref="PgEmbedException">A key column is of another type.</exception>
    public static void CheckColumns(IReadOnlyList<SourceColumn> columns)
    {
        foreach (var column in columns)
        {
            if (!IsInteger(column) && !IsText(column) && column.TypeName is not ("pg_catalog.uuid" or "pg_catalog.date"))
                throw new PgEmbedException(
                    $"Expected key columns of integer, text, uuid or date, but {SqlName.Quote(column.Name)} is {column.Type}.",
                    "Read and write such vectors from C#, with ImportVectorsAsync and ExportVectorsAsync.");
        }
    }

    /// <summary>Writes a key.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="key">Its values as Npgsql reads them.</param>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<object> key)
    {
        if (key.Length > 1)
            writer.WriteStartArray();
        foreach (var value in key)
        {
            if (value is short or int or long)
                writer.WriteNumberValue(Convert.ToInt64(value, CultureInfo.InvariantCulture));
            else
                writer.WriteStringValue(value switch
                {
                    DateOnly date => date.ToString("O", CultureInfo.InvariantCulture),
                    DateTime date => DateOnly.FromDateTime(date).ToString("O", CultureInfo.InvariantCulture),
                    _ => value.ToString(),
                });
        }

        if (key.Length > 1)
            writer.WriteEndArray();
    }

    /// <summary>Reads the key that a reader stands at, and leaves it at the key's end.</summary>
    /// <exception cref="PgEmbedException">It is not one of these columns.</exception>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="InvalidOperationException">A text is no valid Unicode.</exception>
    public static object[] Read(ref Utf8JsonReader json, IReadOnlyList<SourceColumn> columns)
    {
        var start = json;
        var isArray = json.TokenType == JsonTokenType.StartArray;
        if (!isArray && columns.Count > 1)
            throw Mismatch(start, columns);
        var key = new object[columns.Count];
        for (var i = 0; i < key.Length; i++)
        {
            if (isArray)
                json.Read();
            key[i] = Value(ref json, columns[i]) ?? throw Mismatch(start, columns);
        }

        if (isArray && json.Read() && json.TokenType != JsonTokenType.EndArray)
            throw Mismatch(start, columns);
        return key;
    }

    private static object? Value(ref Utf8JsonReader json, SourceColumn column)
    {
        if (IsInteger(column))
            return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var number)
                ? KeyTypes.Normalize(number, column)
                : null;
        if (json.TokenType != JsonTokenType.String)
            return null;
        var text = json.GetString()!;
        return column.TypeName switch
        {
            "pg_catalog.uuid" => Guid.TryParse(text, out var id) ? id : null,
            "pg_catalog.date" => DateOnly.TryParseExact(text, "O", CultureInfo.InvariantCulture, default, out var date)
                ? date
                : null,
            _ => text,
        };
    }

    private static bool IsInteger(SourceColumn column) =>
        column.TypeName is "pg_catalog.int2" or "pg_catalog.int4" or "pg_catalog.int8";

    private static bool IsText(SourceColumn column) =>
        column.TypeName is "pg_catalog.text" or "pg_catalog.varchar" or "pg_catalog.bpchar" or "pg_catalog.name"
        || column.TypeName.EndsWith(".citext", StringComparison.Ordinal);

    private static PgEmbedException Mismatch(Utf8JsonReader start, IReadOnlyList<SourceColumn> columns) => new(
        $"Expected a key ({string.Join(", ", columns.Select(c => $"{c.Name} {c.Type}"))}), "
        + $"found {JsonElement.ParseValue(ref start).GetRawText()}.",
        columns.Count == 1 ? null : "Give a JSON array with a value for each of its columns, in their order.");
}
