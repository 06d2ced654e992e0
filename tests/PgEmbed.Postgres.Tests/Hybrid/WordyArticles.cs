namespace PgEmbed.Postgres.Tests.Hybrid;

/// <summary>Articles of common and rare words, and BM25 over them computed in the plainest way.</summary>
internal static class WordyArticles
{
    private static readonly string[] Words =
    [
        "garden", "river", "mountain", "keyboard", "music", "winter", "bridge", "paper", "window", "engine",
        "harbour", "lantern", "meadow", "compass", "orchard", "quarry", "saffron", "tundra", "velvet", "walrus",
    ];

    /// <summary>Rows whose n-th word is about twice as rare as the one before, and a few that have no word of it.</summary>
    public static List<Article> Some(int count, int seed = 7)
    {
        var random = new Random(seed);
        return [.. Articles.Some(count, seed).Select(article => article with
        {
            Title = article.Id % 17 == 0 ? "the" : $"{Word(random)} {Word(random)}",
            Body = string.Join(' ', Enumerable.Range(0, random.Next(1, 30)).Select(_ => Word(random))),
        })];
    }

    /// <summary>The score of each document by BM25, k1 1.2 and b 0.75, its length that of its different words.</summary>
    /// <param name="documents">How often each document has each lexeme.</param>
    /// <param name="query">The lexemes that are looked for.</param>
    public static Dictionary<int, double> Bm25(
        IReadOnlyDictionary<int, Dictionary<string, int>> documents, IReadOnlyCollection<string> query)
    {
        var average = documents.Values.Average(document => document.Count);
        var weights = query.ToDictionary(term => term, term =>
        {
            var having = documents.Values.Count(document => document.ContainsKey(term));
            return Math.Log(1 + ((documents.Count - having + 0.5) / (having + 0.5))) / Math.Log(documents.Count + 1);
        });
        return documents.ToDictionary(document => document.Key, document => query.Sum(term =>
        {
            var often = document.Value.GetValueOrDefault(term);
            return weights[term] * often / (often + (1.2 * (0.25 + (0.75 * document.Value.Count / average))));
        }));
    }

    private static string Word(Random random) =>
        Words[Math.Min(Words.Length - 1, (int)(-Math.Log(1 - random.NextDouble()) / Math.Log(2)))];
}
