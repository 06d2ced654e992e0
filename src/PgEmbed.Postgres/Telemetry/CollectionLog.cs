using Microsoft.Extensions.Logging;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Telemetry;

/// <summary>What collections log. The values of a statement are never in it.</summary>
internal static partial class CollectionLog
{
    [LoggerMessage(1, LogLevel.Debug, "Searching {Collection} for {K} rows by plan {Plan} ({Reason}): {Statement}")]
    public static partial void Searching(
        ILogger logger, string collection, int k, SearchPlanKind plan, string reason, string statement);

    [LoggerMessage(2, LogLevel.Trace, "Parameters of the search of {Collection}: {Values}")]
    public static partial void Values(ILogger logger, string collection, string values);

    [LoggerMessage(3, LogLevel.Debug, "Searched {Collection}: {Rows} rows in {Milliseconds} ms")]
    public static partial void Searched(ILogger logger, string collection, long rows, double milliseconds);

    [LoggerMessage(4, LogLevel.Information,
        "Collection {Collection} is served from space {Space} now, not {Earlier}: asking again by its model")]
    public static partial void SpaceSwitched(ILogger logger, string collection, string space, string earlier);

    [LoggerMessage(5, LogLevel.Debug, "Wrote {Rows} rows of {Collection}, {Embedded} embedded, in {Milliseconds} ms")]
    public static partial void Upserted(
        ILogger logger, long rows, string collection, long embedded, double milliseconds);

    [LoggerMessage(6, LogLevel.Debug, "Deleted {Rows} rows of {Collection}")]
    public static partial void Deleted(ILogger logger, long rows, string collection);

    [LoggerMessage(7, LogLevel.Information, "Took {Written} vectors into {Collection}, left out {Skipped}, in {Milliseconds} ms")]
    public static partial void Imported(
        ILogger logger, long written, string collection, long skipped, double milliseconds);

    [LoggerMessage(8, LogLevel.Warning,
        "A batch of {Rows} rows of {Collection} begins again: other sessions changed its vectors (attempt {Attempt})")]
    public static partial void BatchAgain(ILogger logger, int rows, string collection, int attempt);
}
