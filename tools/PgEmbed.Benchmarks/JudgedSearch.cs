using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Relevance;

namespace PgEmbed.Benchmarks;

/// <summary>What one query's search found, judged.</summary>
/// <param name="Query">The query.</param>
/// <param name="Source">Where its pair is from.</param>
/// <param name="Pairs">The nearest rows.</param>
/// <param name="Relevant">How many relevant rows the collection has for it.</param>
internal sealed record JudgedSearch(EvaluationQuery Query, string Source, IReadOnlyList<JudgedPair> Pairs, int Relevant);
