using System.Runtime.InteropServices;

namespace PgEmbed.Quality;

/// <summary>What a search returned for each of many queries: a run, in the words of TREC.</summary>
/// <param name="name">What it is called in tables and run files.</param>
public sealed class SearchRun(string name)
{
    private readonly Dictionary<string, List<RankedDocument>> _documents = new(StringComparer.Ordinal);

    /// <summary>What it is called.</summary>
    public string Name { get; } = name;

    /// <summary>The queries that were run, in the order in which they came first.</summary>
    public IReadOnlyCollection<string> Queries => _documents.Keys;

    /// <summary>Adds a query, even where nothing was found for it.</summary>
    public void AddQuery(string queryId) => List(queryId);

    /// <summary>Adds a document that was found.</summary>
    /// <param name="queryId">For which query.</param>
    /// <param name="document">The document; the same one only once.</param>
    public void Add(string queryId, RankedDocument document) => List(queryId).Add(document);

    /// <summary>Whether the query was run.</summary>
    public bool Has(string queryId) => _documents.ContainsKey(queryId);

    /// <summary>A query's documents in <see cref="RankOrder"/>; none where it was not run.</summary>
    /// <exception cref="PgEmbedException">A document comes twice.</exception>
    public IReadOnlyList<RankedDocument> Ranking(string queryId)
    {
        if (!_documents.TryGetValue(queryId, out var documents))
            return [];
        var seen = new HashSet<string>(documents.Count, StringComparer.Ordinal);
        foreach (var document in documents)
        {
            if (!seen.Add(document.Id))
                throw new PgEmbedException(
                    $"Expected each document once for query '{queryId}' of run {Name}, got '{document.Id}' twice.");
        }

        documents.Sort(RankOrder.Instance);
        return documents;
    }

    private List<RankedDocument> List(string queryId)
    {
        ref var list = ref CollectionsMarshal.GetValueRefOrAddDefault(_documents, queryId, out _);
        return list ??= [];
    }
}
