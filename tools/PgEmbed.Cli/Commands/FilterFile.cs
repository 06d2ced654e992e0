using System.Text.Json;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Search.Sampling;

namespace PgEmbed.Cli.Commands;

/// <summary>Reads filters, one a line: SQL as it is, or an object with <c>filter</c>, <c>weight</c> and <c>k</c>.</summary>
internal static class FilterFile
{
    public static async Task<IReadOnlyList<SampledFilter>> ReadAsync(string path, CancellationToken cancellationToken)
    {
        var lines = await File.ReadAllLinesAsync(path, cancellationToken);
        var found = new List<SampledFilter>();
        for (var i = 0; i < lines.Length; i++)
        {
            if (!string.IsNullOrWhiteSpace(lines[i]))
                found.Add(Parse(lines[i].Trim(), path, i + 1));
        }

        // A filter that comes twice is searched by twice as often.
        return found.Count == 0
            ? throw new PgEmbedException($"Expected filters in {path}, one a line, found none.")
            : [.. found.GroupBy(filter => (filter.Text, filter.K))
                .Select(group => group.First() with { Weight = group.Sum(filter => filter.Weight) })];
    }

    private static SampledFilter Parse(string line, string path, int number)
    {
        if (line[0] != '{')
            return Filter(line, 10, 1);
        try
        {
            using var parsed = JsonDocument.Parse(line);
            var root = parsed.RootElement;
            var text = root.GetProperty("filter").GetString();
            var k = root.TryGetProperty("k", out var asked) ? asked.GetInt32() : 10;
            var weight = root.TryGetProperty("weight", out var times) ? times.GetDouble() : 1;
            if (!(weight > 0) || k < 1)
                throw new JsonException("weight and k are above 0");
            return text is null ? new SampledFilter(null, null, k, weight) : Filter(text, k, weight);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new PgEmbedException(
                $"Expected a condition in SQL, or an object with 'filter', in line {number} of {path}: {e.Message}",
                innerException: e);
        }
    }

    private static SampledFilter Filter(string sql, int k, double weight) => new(sql, SqlFilter.Raw(sql), k, weight);
}
