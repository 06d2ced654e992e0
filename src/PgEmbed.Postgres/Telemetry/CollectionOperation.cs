using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Postgres.Telemetry;

/// <summary>
/// One operation on a collection, told by OpenTelemetry's conventions for databases: a span <c>OPERATION TABLE</c>, and the
/// instruments <c>db.client.operation.duration</c> and <c>db.client.response.returned_rows</c>. What is PgEmbed's own
/// begins with <c>pgembed.</c>. A metric's attributes are few and of few values; a span has more.
/// </summary>
internal sealed class CollectionOperation : IDisposable
{
    // The bounds that the conventions ask for.
    private static readonly Histogram<double> Duration = PgEmbedTelemetry.Meter.CreateHistogram(
        "db.client.operation.duration",
        "s",
        "How long an operation on a collection took.",
        advice: new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
        });

    private static readonly Histogram<long> ReturnedRows = PgEmbedTelemetry.Meter.CreateHistogram(
        "db.client.response.returned_rows",
        "{row}",
        "How many rows an operation returned.",
        advice: new InstrumentAdvice<long> { HistogramBucketBoundaries = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000] });

    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly Activity? _activity;
    private TagList _tags;
    private long? _rows;

    private CollectionOperation(Activity? activity, TagList tags)
    {
        _activity = activity;
        _tags = tags;
    }

    /// <summary>How long it has taken so far.</summary>
    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    /// <summary>Runs an operation and tells of it.</summary>
    public static async Task<T> RunAsync<T>(
        string name, CollectionContext context, Func<CollectionOperation, Task<T>> run)
    {
        using var operation = Start(name, context);
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

    /// <summary>Runs an operation that gives a stream, and tells of it when the last item is read, or it is left.</summary>
    /// <param name="name">The operation.</param>
    /// <param name="context">The collection.</param>
    /// <param name="run">Begins it.</param>
    /// <param name="succeeded">Told how many items there were, and the last.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async IAsyncEnumerable<T> StreamAsync<T>(
        string name,
        CollectionContext context,
        Func<IAsyncEnumerable<T>> run,
        Action<CollectionOperation, long, T?> succeeded,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The caller's own work between two items must not become part of the span, nor its child.
        var caller = Activity.Current;
        using var operation = Start(name, context);
        Activity.Current = caller;
        var count = 0L;
        T? last = default;
        var items = run().GetAsyncEnumerator(cancellationToken);
        await using (items.ConfigureAwait(false))
        {
            while (await NextAsync().ConfigureAwait(false))
            {
                count++;
                last = items.Current;
                yield return last;
            }
        }

        succeeded(operation, count, last);

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await items.MoveNextAsync().ConfigureAwait(false);
            }
            catch (Exception e)
            {
                operation.Failed(e);
                throw;
            }
        }
    }

    /// <summary>Says how many statements are sent together; one needs no word.</summary>
    public void Batched(int statements)
    {
        if (statements > 1)
            _activity?.SetTag("db.operation.batch.size", statements);
    }

    /// <summary>Says how a search is run.</summary>
    public void Planned(SearchPlan plan, int k)
    {
        var kind = plan.Kind.ToString();
        _tags.Add("pgembed.search.plan", kind);
        if (_activity is not { IsAllDataRequested: true })
            return;
        // The statement has placeholders where the values are, so the conventions have it told as it is.
        _activity.SetTag("pgembed.search.plan", kind)
            .SetTag("pgembed.search.k", k)
            .SetTag("pgembed.search.matching_rows", plan.MatchingRows)
            .SetTag("db.query.text", plan.Sql);
    }

    /// <summary>Says how a hybrid search is run.</summary>
    public void Fused(HybridFusion fusion, int k)
    {
        _tags.Add("pgembed.search.fusion", fusion.ToString());
        _activity?.SetTag("pgembed.search.fusion", fusion.ToString()).SetTag("pgembed.search.k", k);
    }

    /// <summary>Says how many rows came back.</summary>
    public void Returned(long rows)
    {
        _rows = rows;
        _activity?.SetTag("db.response.returned_rows", rows);
    }

    /// <summary>Says more of it, on the span.</summary>
    public void Tell(string name, object value) => _activity?.SetTag(name, value);

    /// <summary>Ends it.</summary>
    public void Dispose()
    {
        Duration.Record(Elapsed.TotalSeconds, _tags);
        if (_rows is { } rows)
            ReturnedRows.Record(rows, _tags);
        _activity?.Dispose();
    }

    private static CollectionOperation Start(string name, CollectionContext context)
    {
        var table = context.Info.Source.Name;
        var tags = new TagList
        {
            { "db.system.name", "postgresql" },
            { "db.operation.name", name },
            { "db.collection.name", table },
            { "pgembed.collection", context.Info.Name },
        };
        foreach (var (key, value) in context.Server)
            tags.Add(key, value);
        return new CollectionOperation(
            PgEmbedTelemetry.Source.StartActivity(ActivityKind.Client, name: $"{name} {table}", tags: tags), tags);
    }

    private void Failed(Exception exception)
    {
        var server = exception as PostgresException ?? exception.InnerException as PostgresException;
        var type = server?.SqlState ?? exception.GetType().FullName;
        _tags.Add("error.type", type);
        _activity?.SetStatus(ActivityStatusCode.Error, exception.GetType().Name).SetTag("error.type", type);
        if (server is null)
            return;
        _tags.Add("db.response.status_code", server.SqlState);
        _activity?.SetTag("db.response.status_code", server.SqlState);
    }
}
