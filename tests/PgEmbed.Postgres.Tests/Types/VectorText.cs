using System.Globalization;

namespace PgEmbed.Postgres.Tests.Types;

/// <summary>pgvector's text forms, read and written without the code under test.</summary>
internal static class VectorText
{
    public static string Write(IEnumerable<float> values) => $"[{string.Join(',', values.Select(Number))}]";

    public static string Write(IEnumerable<Half> values) => Write(values.Select(value => (float)value));

    public static string Write(int dimensions, IEnumerable<KeyValuePair<int, float>> values) =>
        $"{{{string.Join(',', values.Select(v => $"{v.Key + 1}:{Number(v.Value)}"))}}}/{dimensions}";

    public static float[] Singles(string text) =>
        [.. text.TrimStart('[').TrimEnd(']').Split(',').Select(number => float.Parse(number, CultureInfo.InvariantCulture))];

    public static Half[] Halves(string text) => [.. Singles(text).Select(value => (Half)value)];

    public static (int Dimensions, SortedDictionary<int, float> Values) Sparse(string text)
    {
        var close = text.IndexOf('}', StringComparison.Ordinal);
        var values = new SortedDictionary<int, float>();
        foreach (var pair in text[1..close].Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split(':');
            values.Add(
                int.Parse(parts[0], CultureInfo.InvariantCulture) - 1,
                float.Parse(parts[1], CultureInfo.InvariantCulture));
        }

        return (int.Parse(text[(close + 2)..], CultureInfo.InvariantCulture), values);
    }

    private static string Number(float value) => value.ToString("R", CultureInfo.InvariantCulture);
}
