using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Indexes;

/// <summary>What partial indexes and partitions a collection's searches would gain by.</summary>
/// <param name="Collection">The collection's name.</param>
/// <param name="Searches">How many searches the filters stand for.</param>
/// <param name="QuerySource">What the queries were, for people.</param>
/// <param name="Measures">What searches take now, filter by filter, those of most searches first.</param>
/// <param name="Proposals">What is proposed, the most gainful first; none where nothing is worth it.</param>
public sealed record IndexAdvice(
    string Collection,
    double Searches,
    string QuerySource,
    IReadOnlyList<FilterMeasure> Measures,
    IReadOnlyList<IndexProposal> Proposals)
{
    /// <summary>All columns that the store carries with the proposals applied.</summary>
    public IReadOnlyList<string> CarriedColumns { get; init; } = [];

    /// <summary>How the store is divided with the proposals applied; null for one table.</summary>
    public Partitioning? Partitioning { get; init; }

    /// <summary>Whether the store has to be altered for the proposals, before partial indexes are built.</summary>
    public bool Alters => Proposals.Any(proposal => proposal.Carries || proposal.Partitioning is not null);

    /// <summary>What searches took with the same filters and queries after the proposals were applied; empty before.</summary>
    public IReadOnlyList<FilterMeasure> After { get; init; } = [];

    internal IndexAdviseOptions Options { get; init; } = new();
}
