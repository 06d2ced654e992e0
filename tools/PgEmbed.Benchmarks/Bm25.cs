using PgEmbed.Quality;

namespace PgEmbed.Benchmarks;

/// <summary>
/// BM25 over texts taken apart into terms, in the plainest way (k1 1.2, b 0.75, the idf that is never negative; Robertson
/// and Zaragoza, The Probabilistic Relevance Framework, 2009): what the text leg is held against.
/// </summary>
internal sealed class Bm25
{
    private const double K1 = 1.2;
    private const double B = 0.75;

    private readonly Dictionary<string, List<(int Document, int Often)>> _postings = new(StringComparer.Ordinal);
    private readonly List<(string Id, int Length)> _documents = [];
    private double _averageLength;

    /// <summary>Takes in a document.</summary>
    public void Add(string id, IEnumerable<string> terms)
    {
        var counts = terms.CountBy(term => term, StringComparer.Ordinal).ToList();
        foreach (var (term, often) in counts)
        {
            if (!_postings.TryGetValue(term, out var postings))
                _postings.Add(term, postings = []);
            postings.Add((_documents.Count, often));
        }

        _documents.Add((id, counts.Sum(count => count.Value)));
        _averageLength += (counts.Sum(count => count.Value) - _averageLength) / _documents.Count;
    }

    /// <summary>The best documents for a query.</summary>
    public IEnumerable<RankedDocument> Rank(IEnumerable<string> terms, int most)
    {
        var scores = new Dictionary<int, double>();
        foreach (var term in terms.Distinct(StringComparer.Ordinal))
        {
            if (!_postings.TryGetValue(term, out var postings))
                continue;
            var idf = Math.Log(1 + ((_documents.Count - postings.Count + 0.5) / (postings.Count + 0.5)));
            foreach (var (document, often) in postings)
            {
                var norm = K1 * (1 - B + (B * _documents[document].Length / _averageLength));
                scores[document] = scores.GetValueOrDefault(document) + (idf * often * (K1 + 1) / (often + norm));
            }
        }

        return scores.OrderByDescending(score => score.Value).Take(most)
            .Select(score => new RankedDocument(_documents[score.Key].Id, score.Value));
    }

    /// <summary>A text's words as they are, in lower case.</summary>
    public static IEnumerable<string> Words(string text)
    {
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                if (start < 0)
                    start = i;
            }
            else if (start >= 0)
            {
                yield return text[start..i].ToLowerInvariant();
                start = -1;
            }
        }
    }
}
