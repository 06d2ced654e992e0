using Microsoft.Extensions.Logging;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Telemetry;

/// <summary>What collections log. The values of a statement are in <see cref="Values"/> only, which has to be asked for.</summary>
internal static partial class CollectionLog
{
    [LoggerMessage(1, LogLevel.Debug, "Searched {Collection} for {K} rows by plan {Plan} ({Reason}): {Rows} rows of {Queries} queries in {Milliseconds} ms: {Statement}")]
    public static partial void Searched(
        ILogger logger,
        string collection,
        int k,
        SearchPlanKind plan,
        string reason,
        int rows,
        int queries,
        double milliseconds,
        string statement);

    [LoggerMessage(2, LogLevel.Trace, "Parameters of the search of {Collection}: {Values}")]
    public static partial void Values(ILogger logger, string collection, string values);

    [LoggerMessage(3, LogLevel.Warning,
        "A query on {Collection} is longer than model {Model} reads: it was searched by its beginning, the rest was left out")]
    public static partial void QueryTruncated(ILogger logger, string collection, string model);

    [LoggerMessage(4, LogLevel.Debug, "Wrote {Rows} rows of {Collection}, {Embedded} embedded, in {Milliseconds} ms")]
    public static partial void Upserted(ILogger logger, long rows, string collection, long embedded, double milliseconds);

    [LoggerMessage(5, LogLevel.Debug, "Deleted {Rows} rows of {Collection}")]
    public static partial void Deleted(ILogger logger, long rows, string collection);

    [LoggerMessage(6, LogLevel.Information,
        "Took {Written} vectors into {Collection}, left out {Skipped}, in {Milliseconds} ms")]
    public static partial void Imported(
        ILogger logger, long written, string collection, long skipped, double milliseconds);

    [LoggerMessage(7, LogLevel.Warning,
        "{Truncated} texts of {Collection} are longer than model {Model} reads: their vectors are of their beginnings")]
    public static partial void TextsTruncated(ILogger logger, long truncated, string collection, string model);

    [LoggerMessage(8, LogLevel.Debug,
        "Searched {Collection} by meaning and words for {K} rows, fused by {Fusion}: {Rows} rows in {Milliseconds} ms")]
    public static partial void HybridSearched(
        ILogger logger, string collection, int k, HybridFusion fusion, int rows, double milliseconds);
}
