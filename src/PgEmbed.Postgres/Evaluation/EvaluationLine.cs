using System.Globalization;
using System.Text.Json;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>A line of an evaluation file, and where it is.</summary>
internal readonly record struct EvaluationLine(string File, int Number, string Text)
{
    private const int Shown = 80;

    public bool IsJson => Text.AsSpan().TrimStart().StartsWith("{");

    /// <summary>The columns between tabs, or else between white space.</summary>
    public string[] Fields() => Text.Contains('\t', StringComparison.Ordinal)
        ? Text.Split('\t', StringSplitOptions.TrimEntries)
        : Text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The line as a JSON object.</summary>
    /// <exception cref="PgEmbedException">It is none.</exception>
    public JsonDocument Json(string expected)
    {
        try
        {
            var document = JsonDocument.Parse(Text);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
                return document;
            document.Dispose();
        }
        catch (JsonException e)
        {
            throw Malformed(expected, e);
        }

        throw Malformed(expected);
    }

    /// <summary>A whole number; a fraction of .0 is one.</summary>
    /// <exception cref="PgEmbedException">It is none.</exception>
    public int Grade(string text, string expected) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            && number == Math.Truncate(number) && Math.Abs(number) <= 1_000_000
            ? (int)number
            : throw Malformed(expected);

    /// <summary>What is to be thrown where the line is not what it should be.</summary>
    public PgEmbedException Malformed(string expected, Exception? cause = null) => new(
        $"Expected {expected} in line {Number} of {File}, got '{(Text.Length <= Shown ? Text : Text[..Shown] + "…")}'.",
        innerException: cause);
}
