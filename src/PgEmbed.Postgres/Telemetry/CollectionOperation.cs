using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Search;
using PgEmbed.Telemetry;

namespace PgEmbed.Postgres.Telemetry;

/// <summary>
/// One operation on a collection, told by OpenTelemetry's conventions for databases: a span <c>OPERATION TABLE</c>, and the
/// instruments <c>db.client.operation.duration</c> and <c>db.client.response.returned_rows</c>. What is PgEmbed's own
/// begins with <c>pgembed.</c>
/// </summary>
internal sealed class CollectionOperation : IDisposable
{
    private static readonly Histogram<double> Duration = PgEmbedTelemetry.Meter.CreateHistogram<double>(
        "db.client.operation.duration", "s", "How long an operation on a collection took.");

    private static readonly Histogram<long> ReturnedRows = PgEmbedTelemetry.Meter.CreateHistogram<long>(
        "db.client.response.returned_rows", "{row}", "How many rows an operation returned.");

    // As pgembed.search_statement numbers them.
    private const int LastStep = 4;

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Activity? _activity;
    private TagList _tags;
    private SearchPlanKind? _plan;
    private long? _rows;

    private CollectionOperation(Activity? activity, TagList tags)
    {
        _activity = activity;
        _tags = tags;
    }

    /// <summary>How long it has taken so far.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Begins one; disposing it is its end.</summary>
    private static CollectionOperation Start(string name, CollectionInfo collection)
    {
        var tags = new TagList
        {
            { "db.system.name", "postgresql" },
            { "db.operation.name", name },
            { "db.collection.name", collection.Source.Name },
            { "pgembed.collection", collection.Name },
        };
        return new CollectionOperation(
            PgEmbedTelemetry.Source.StartActivity(
                ActivityKind.Client, name: $"{name} {collection.Source.Name}", tags: tags),
            tags);
    }

    /// <summary>Runs an operation and tells of it.</summary>
    public static async Task<T> RunAsync<T>(
        string name, CollectionInfo collection, Func<CollectionOperation, Task<T>> run)
    {
        using var operation = Start(name, collection);
        try
        {
            return await run(operation).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            operation.Failed(e);
            throw;
        }
    }

    /// <summary>Runs an operation that returns rows and tells of it, when the last is read or left.</summary>
    public static async IAsyncEnumerable<T> StreamAsync<T>(
        string name,
        CollectionInfo collection,
        Func<CollectionOperation, IAsyncEnumerable<T>> run,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var operation = Start(name, collection);
        var count = 0L;
        var rows = run(operation).GetAsyncEnumerator(cancellationToken);
        await using (rows.ConfigureAwait(false))
        {
            while (await NextAsync().ConfigureAwait(false))
            {
                count++;
                yield return rows.Current;
            }
        }

        operation.Succeeded(count);

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await rows.MoveNextAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                operation.Failed(e);
                throw;
            }
        }
    }

    /// <summary>Says how a search is run.</summary>
    public void Planned(SearchPlan plan, int k)
    {
        _plan = plan.Kind;
        var kind = plan.Kind.ToString();
        _tags.Add("pgembed.search.plan", kind);
        _activity?.SetTag("pgembed.search.plan", kind)
            .SetTag("pgembed.search.k", k)
            .SetTag("pgembed.search.matching_rows", plan.MatchingRows);
    }

    /// <summary>Says which part of the statement gave the rows: the last, where those before it fell short.</summary>
    public void Stepped(int step)
    {
        var fellBack = step == LastStep && _plan is not SearchPlanKind.Exact;
        _tags.Add("pgembed.search.fell_back", fellBack);
        _activity?.SetTag("pgembed.search.fell_back", fellBack);
    }

    /// <summary>Says what came of it.</summary>
    /// <param name="returned">How many rows came back; null where it returns none.</param>
    /// <param name="details">More of it, for the span.</param>
    public void Succeeded(long? returned, params ReadOnlySpan<(string Name, object Value)> details)
    {
        _rows = returned;
        if (_activity is null)
            return;
        if (returned is not null)
            _activity.SetTag("db.response.returned_rows", returned);
        foreach (var (name, value) in details)
            _activity.SetTag(name, value);
    }

    /// <summary>Says that it failed.</summary>
    public void Failed(Exception exception)
    {
        var server = exception as PostgresException ?? exception.InnerException as PostgresException;
        var type = server?.SqlState ?? exception.GetType().FullName;
        _tags.Add("error.type", type);
        _activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", type);
        if (server is null)
            return;
        _tags.Add("db.response.status_code", server.SqlState);
        _activity?.SetTag("db.response.status_code", server.SqlState);
    }

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        Duration.Record(Elapsed.TotalSeconds, _tags);
        if (_rows is { } rows)
            ReturnedRows.Record(rows, _tags);
        _activity?.Dispose();
    }
}
