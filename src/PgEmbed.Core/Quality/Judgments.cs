using System.Runtime.InteropServices;

namespace PgEmbed.Quality;

/// <summary>
/// Which documents answer which query, and how well: a grade of 1 or more is relevant, 0 is judged and not relevant,
/// and a negative grade stands for a document that was left unjudged.
/// </summary>
public sealed class Judgments
{
    private readonly Dictionary<string, Dictionary<string, int>> _grades = new(StringComparer.Ordinal);

    /// <summary>The queries that have a judged document.</summary>
    public IReadOnlyCollection<string> Queries => _grades.Keys;

    /// <summary>How many documents are judged, over all queries.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a judgment. The same one again is taken as said once.</summary>
    /// <param name="queryId">The query.</param>
    /// <param name="documentId">The document.</param>
    /// <param name="grade">How well it answers.</param>
    /// <exception cref="PgEmbedException">The document has another grade for this query.</exception>
    public void Add(string queryId, string documentId, int grade)
    {
        ArgumentNullException.ThrowIfNull(queryId);
        ArgumentNullException.ThrowIfNull(documentId);
        ref var grades = ref CollectionsMarshal.GetValueRefOrAddDefault(_grades, queryId, out _);
        grades ??= new Dictionary<string, int>(StringComparer.Ordinal);
        if (grades.TryAdd(documentId, grade))
            Count++;
        else if (grades[documentId] != grade)
            throw new PgEmbedException(
                $"Expected one grade of document '{documentId}' for query '{queryId}', got {grades[documentId]} and {grade}.");
    }

    /// <summary>The grades of a query's judged documents; empty for a query that has none.</summary>
    public IReadOnlyDictionary<string, int> Of(string queryId) =>
        _grades.TryGetValue(queryId, out var grades) ? grades : System.Collections.ObjectModel.ReadOnlyDictionary<string, int>.Empty;

    /// <summary>The documents that are relevant to a query.</summary>
    /// <param name="queryId">The query.</param>
    /// <param name="relevantFrom">The lowest grade that counts as relevant.</param>
    public IEnumerable<string> Relevant(string queryId, int relevantFrom = 1) =>
        Of(queryId).Where(judged => judged.Value >= relevantFrom).Select(judged => judged.Key);
}
