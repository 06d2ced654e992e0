using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>How a collection's searches are judged.</summary>
public sealed record EvaluationOptions
{
    /// <summary>What the run is called.</summary>
    public string Name { get; init; } = "pgembed";

    /// <summary>How many documents are searched for each query.</summary>
    public int Depth { get; init; } = 100;

    /// <summary>Which rows count.</summary>
    public SqlFilter? Filter { get; init; }

    /// <summary>How the searches are run.</summary>
    public SearchOptions Search { get; init; } = new();

    /// <summary>Searches by meaning and words together, in this way; null for by meaning alone.</summary>
    public HybridOptions? Hybrid { get; init; }

    /// <summary>
    /// The source column that has the ids by which judgments name documents; null for the key, its values joined by
    /// commas where it has several.
    /// </summary>
    public string? IdColumn { get; init; }

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Name))
            throw new PgEmbedException("Expected a name for the run, got an empty one.");
        if (Depth is < 1 or > SearchOptions.MaxK)
            throw new PgEmbedException($"Expected Depth from 1 to {SearchOptions.MaxK}, got {Depth}.");
        Search.Validate();
        Hybrid?.Validate();
    }
}
