using System.IO.Compression;
using System.Text.Json;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Quality;

namespace PgEmbed.Benchmarks;

/// <summary>Documents, and queries of which is known what answers them.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Documents">The documents.</param>
/// <param name="Queries">The queries.</param>
/// <param name="Judgments">Which documents answer which query.</param>
internal sealed record JudgedTexts(
    string Name, IReadOnlyList<CorpusDocument> Documents, IReadOnlyList<EvaluationQuery> Queries, Judgments Judgments)
{
    /// <summary>The column of a query that says where its pair is from.</summary>
    public const string Source = "source";

    /// <summary>
    /// The retrieval pairs of the shared folder: a query's own passage among all passages. Where the folder is not there,
    /// synopses of the packages that come with the project, and their descriptions.
    /// </summary>
    /// <param name="most">The most pairs: every n-th, so that fewer are as mixed as all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<JudgedTexts> RetrievalAsync(int most, CancellationToken cancellationToken)
    {
        var (name, pairs) = Checkout.Shared("data", "retrieval.jsonl.gz") is { } path
            ? ("retrieval pairs", await PairsAsync(path, cancellationToken))
            : await PackagePairsAsync(cancellationToken);
        var step = Math.Max(1, pairs.Count / most);
        pairs = [.. pairs.Where((_, i) => i % step == 0).Take(most)];
        // A passage that comes twice is one document.
        var documents = new Dictionary<string, CorpusDocument>(StringComparer.Ordinal);
        var queries = new List<EvaluationQuery>();
        var judgments = new Judgments();
        foreach (var (query, passage, source) in pairs)
        {
            if (!documents.TryGetValue(passage, out var document))
                documents.Add(passage, document = new CorpusDocument($"d{documents.Count + 1}", null, passage));
            queries.Add(new EvaluationQuery(
                $"q{queries.Count + 1}", query, new Dictionary<string, string> { [Source] = source }));
            judgments.Add(queries[^1].Id, document.Id, 1);
        }

        return new JudgedTexts(name, [.. documents.Values], queries, judgments);
    }

    /// <summary>LIMIT-small: documents of who likes what; null where the shared folder is not there.</summary>
    public static async Task<JudgedTexts?> LimitAsync(int most, CancellationToken cancellationToken)
    {
        if (Checkout.Shared("data", "limit-small") is not { } folder)
        {
            await Console.Error.WriteLineAsync("bench: no LIMIT-small beside the checkout: it is left out.");
            return null;
        }

        var documents = await CorpusFile.ReadAsync(Path.Combine(folder, "corpus.jsonl"), cancellationToken)
            .ToListAsync(cancellationToken);
        var queries = await QueryFile.ReadAsync(Path.Combine(folder, "queries.jsonl"), cancellationToken)
            .Take(most).ToListAsync(cancellationToken);
        return new JudgedTexts(
            "LIMIT-small",
            documents,
            queries,
            await JudgmentFile.ReadAsync(Path.Combine(folder, "qrels.jsonl"), cancellationToken));
    }

    /// <summary>Every second query: the first half is to fit on, the other to be measured on.</summary>
    public IReadOnlyList<EvaluationQuery> Half(bool other) => [.. Queries.Where((_, i) => i % 2 == 1 == other)];

    private static async Task<List<(string Query, string Passage, string Source)>> PairsAsync(
        string path, CancellationToken cancellationToken)
    {
        var pairs = new List<(string, string, string)>();
        await using var file = File.OpenRead(path);
        await using var unpacked = new GZipStream(file, CompressionMode.Decompress);
        using var reader = new StreamReader(unpacked);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            using var pair = JsonDocument.Parse(line);
            pairs.Add((
                pair.RootElement.GetProperty("query").GetString()!,
                pair.RootElement.GetProperty("passage").GetString()!,
                pair.RootElement.GetProperty("source").GetString()!));
        }

        return pairs;
    }

    private static async Task<(string Name, List<(string Query, string Passage, string Source)> Pairs)> PackagePairsAsync(
        CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(int.MaxValue, cancellationToken);
        return ($"{name}: synopsis and description", [.. packages.Select(p => (p.Synopsis, p.Description, p.Section))]);
    }
}
