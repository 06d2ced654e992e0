using PgEmbed.Quality;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>A run over a collection, and how long its searches took.</summary>
/// <param name="Run">What was found; a document's score is its distance, negated, or its fused score.</param>
/// <param name="Milliseconds">Each search, without the embedding of its text, in the order of the queries.</param>
public sealed record EvaluatedRun(SearchRun Run, IReadOnlyList<double> Milliseconds)
{
    /// <summary>How many queries were longer than the model reads and were cut.</summary>
    public int Truncated { get; init; }
}
