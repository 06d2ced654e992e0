using System.Text.Json.Nodes;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Hybrid;

/// <summary>How a hybrid search is to be run, where the defaults are not right.</summary>
public sealed record HybridOptions
{
    /// <summary>How the legs become one ranking.</summary>
    public HybridFusion Fusion { get; init; } = HybridFusion.Weighted;

    /// <summary>
    /// How much the words count, 0 (not at all) to 1 (alone). Null: what was fitted for the collection, else 0.35, or 0.5 by
    /// reciprocal rank.
    /// </summary>
    public double? TextWeight { get; init; }

    /// <summary>How the vector leg is run.</summary>
    public SearchOptions Search { get; init; } = new();

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (TextWeight is { } weight && !(weight >= 0 && weight <= 1))
            throw new PgEmbedException($"Expected TextWeight from 0 to 1, got {weight}.");
        if (!Enum.IsDefined(Fusion))
            throw new PgEmbedException($"Expected a known Fusion, got {Fusion}.");
        Search.Validate();
        if (Search.MaxDistance is not null || Search.MinRelevance is not null)
            throw new PgEmbedException(
                "Expected no MaxDistance and no MinRelevance of a hybrid search, got one: rows are found by their words too.",
                "Search by vectors alone, or cut by the hits' scores.");
    }

    /// <summary>The options as <c>pgembed.hybrid_search</c> takes them.</summary>
    internal string ToJson()
    {
        var options = JsonNode.Parse(Search.ToJson())!.AsObject();
        options["fusion"] = Fusion == HybridFusion.ReciprocalRank ? "rrf" : "weighted";
        options["text_weight"] = TextWeight;
        return options.ToJsonString();
    }
}
