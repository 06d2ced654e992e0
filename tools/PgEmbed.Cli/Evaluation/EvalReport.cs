using PgEmbed.Quality;

namespace PgEmbed.Cli.Evaluation;

/// <summary>What <c>pgembed eval</c> found.</summary>
internal sealed record EvalReport(
    string? Collection,
    EvalCounts Counts,
    EvalResult Result,
    EvalResult? Compared,
    IReadOnlyList<EvalDifference> Differences,
    IReadOnlyList<EvalGroup> Groups,
    IReadOnlyList<EvalQueryValues>? Queries);

/// <summary>How many queries and documents there are of each kind.</summary>
/// <param name="Queries">Queries that count.</param>
/// <param name="Judged">Judged documents.</param>
/// <param name="Unjudged">Queries without a judgment: not run.</param>
/// <param name="NotRun">Judged queries that were not run.</param>
/// <param name="Unanswerable">Queries none of whose judged documents is relevant: each counts as 0.</param>
/// <param name="Missing">Relevant documents that the collection has not; null where only a run file was judged.</param>
internal sealed record EvalCounts(
    int Queries, int Judged, int Unjudged, int NotRun, int Unanswerable, int? Missing);

/// <summary>One setting's measures, and the time of a search.</summary>
internal sealed record EvalResult(
    string Name, IReadOnlyList<EvalMeasure> Measures, double? P50Milliseconds, double? P95Milliseconds);

/// <summary>A measure's mean and interval.</summary>
internal sealed record EvalMeasure(string Measure, double Mean, double? Low, double? High);

/// <summary>How a measure differs between two settings.</summary>
internal sealed record EvalDifference(
    string Measure,
    double First,
    double Second,
    double Difference,
    double? Low,
    double? High,
    double PValue,
    int Better,
    int Worse)
{
    public static EvalDifference Of(QualityMeasure measure, PairedComparison compared) => new(
        measure.ToString(),
        compared.First,
        compared.Second,
        compared.Difference,
        compared.Interval?.Low,
        compared.Interval?.High,
        compared.PValue,
        compared.Better,
        compared.Worse);
}

/// <summary>The measures of a subgroup of the queries, and how they differ.</summary>
internal sealed record EvalGroup(
    string Group, int Queries, IReadOnlyList<EvalMeasure> Measures, IReadOnlyList<EvalDifference> Differences);

/// <summary>A query's measures under each setting.</summary>
internal sealed record EvalQueryValues(
    string Query, IReadOnlyDictionary<string, double> Values, IReadOnlyDictionary<string, double>? Compared);
