using System.IO.Compression;
using System.Text.Json;
using PgEmbed.Chunking;

namespace PgEmbed.Benchmarks;

/// <summary>
/// The texts of the filter bench, each once, in an order drawn from a seed: packages' synopses and the sentences of
/// their descriptions, passages of retrieval pairs and their sentences. The queries are those of the pairs.
/// </summary>
internal static class FilterBenchTexts
{
    private const int Seed = 4;
    private const int ShortestSentence = 20;

    public static async Task<(string Name, List<FilterBenchText> Texts, List<string> Queries)> ReadAsync(
        int most, CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(int.MaxValue, cancellationToken);
        var kinds = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var package in packages)
            kinds.TryAdd(package.Synopsis, "synopsis");
        foreach (var package in packages)
            AddSentences(kinds, package.Description);
        var queries = new List<string>();
        if (Checkout.Shared("data", "retrieval.jsonl.gz") is { } pairs)
        {
            name += " and retrieval pairs";
            await foreach (var (query, passage) in PairsAsync(pairs, cancellationToken))
            {
                queries.Add(query);
                kinds.TryAdd(passage, "passage");
                AddSentences(kinds, passage);
            }
        }
        else
        {
            queries.AddRange(packages.Select(p => p.Name.Replace('-', ' ')));
        }

        var random = new Random(Seed);
        var texts = kinds.OrderBy(_ => random.Next()).Take(most).Select((text, i) => new FilterBenchText
        {
            Id = i + 1,
            Kind = text.Value,
            Text = text.Key,
            Lot = random.NextDouble(),
        }).ToList();
        return (name, texts, [.. queries.Distinct().OrderBy(_ => random.Next())]);
    }

    private static void AddSentences(Dictionary<string, string> kinds, string text)
    {
        var sentences = new SentenceChunker(words => words.Count(' ') + 1, maxTokens: 100);
        foreach (var sentence in sentences.Split(text))
        {
            if (sentence.Length >= ShortestSentence)
                kinds.TryAdd(sentence.In(text).Trim(), "sentence");
        }
    }

    private static async IAsyncEnumerable<(string Query, string Passage)> PairsAsync(
        string path, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using var pair = JsonDocument.Parse(line);
            yield return (
                pair.RootElement.GetProperty("query").GetString()!,
                pair.RootElement.GetProperty("passage").GetString()!);
        }
    }
}
