using System.Text.Json;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Cli.Commands;

/// <summary>
/// Reads real queries, one a line: a vector as <c>[0.1, …]</c>, what <c>pgembed embed --json</c> prints, an object with
/// <c>text</c>, or else a text as it is. Texts are embedded as queries.
/// </summary>
internal static class IndexQueryFile
{
    public static async Task<IReadOnlyList<ReadOnlyMemory<float>>> ReadAsync(
        string path, IndexTarget target, string? model, Terminal terminal, CancellationToken cancellationToken)
    {
        var lines = (await File.ReadAllLinesAsync(path, cancellationToken))
            .Where(line => !string.IsNullOrWhiteSpace(line)).ToList();
        if (lines.Count == 0)
            throw new PgEmbedException($"Expected queries in {path}, one a line, found none.");
        var found = new ReadOnlyMemory<float>?[lines.Count];
        var texts = new List<(int Line, string Text)>();
        for (var i = 0; i < lines.Count; i++)
        {
            var (vector, text) = Parse(lines[i], path, i + 1);
            if (vector is not null)
                found[i] = vector;
            else
                texts.Add((i, text!));
        }

        if (texts.Count > 0)
        {
            using var embedder = Models.Load(model, terminal);
            target.MustBeIn(embedder.Space);
            var vectors = (await embedder.EmbedAsync(
                [.. texts.Select(t => t.Text)], TextRole.Query, cancellationToken)).Vectors;
            for (var i = 0; i < texts.Count; i++)
                found[texts[i].Line] = vectors[i];
        }

        return [.. found.Select(vector => vector!.Value)];
    }

    private static (float[]? Vector, string? Text) Parse(string line, string path, int number)
    {
        try
        {
            return line.TrimStart()[0] switch
            {
                '[' => (JsonSerializer.Deserialize<float[]>(line), null),
                '{' => ParseObject(line),
                _ => (null, line),
            };
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            throw new PgEmbedException(
                $"Expected a vector, a text, or an object with 'vector' or 'text' in line {number} of {path}: {e.Message}",
                innerException: e);
        }
    }

    private static (float[]? Vector, string? Text) ParseObject(string line)
    {
        using var parsed = JsonDocument.Parse(line);
        return parsed.RootElement.TryGetProperty("vector", out var vector)
            ? (vector.Deserialize<float[]>(), null)
            : (null, parsed.RootElement.GetProperty("text").GetString());
    }
}
