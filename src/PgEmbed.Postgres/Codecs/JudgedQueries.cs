using PgEmbed.Postgres.Evaluation;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Codecs;

/// <summary>Queries whose right answers are known.</summary>
/// <param name="Embedder">The collection's model.</param>
/// <param name="Queries">The queries; those that no document is relevant to don't count.</param>
/// <param name="Judgments">What is relevant to them.</param>
public sealed record JudgedQueries(ITextEmbedder Embedder, IAsyncEnumerable<EvaluationQuery> Queries, Judgments Judgments)
{
    /// <summary>As <see cref="EvaluationOptions.IdColumn"/>.</summary>
    public string? IdColumn { get; init; }
}
