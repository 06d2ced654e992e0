using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Threading.Channels;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search.Sampling;

/// <summary>
/// Keeps a share of the searches as samples in <c>pgembed.query_sample</c>: the filter with its values, how many rows were
/// asked for and came, the plan and the time. What indexes and carried columns are worth is worked out from them. A search
/// itself writes nothing and waits for nothing: samples are held in memory and written now and then, by a connection of
/// the sampler's own. Samples that can't be written are dropped. Safe to use from many threads.
/// </summary>
/// <remarks>
/// Filters have the values that were asked for. Who advises runs them, read-only, with his own rights: let only those
/// roles insert samples whose SQL you would run.
/// </remarks>
public sealed class QuerySampler : IAsyncDisposable
{
    private readonly NpgsqlDataSource _dataSource;
    private readonly QuerySamplerOptions _options;
    private readonly Channel<SampledSearch> _waiting;
    private readonly SemaphoreSlim _flushing = new(1, 1);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _loop;
    private long _dropped;

    /// <summary>Starts a sampler.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="options">Which searches are kept.</param>
    /// <exception cref="PgEmbedException">An option is out of its range.</exception>
    public QuerySampler(NpgsqlDataSource dataSource, QuerySamplerOptions options)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        _dataSource = dataSource;
        _options = options;
        _waiting = Channel.CreateBounded<SampledSearch>(
            new BoundedChannelOptions(options.Capacity) { FullMode = BoundedChannelFullMode.DropOldest },
            _ => Interlocked.Increment(ref _dropped));
        _loop = Task.Run(FlushNowAndThenAsync);
    }

    /// <summary>How many samples were dropped, since there were too many or they could not be written.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Why samples could not be written the last time; null where they were.</summary>
    public Exception? LastError { get; private set; }

    /// <summary>Writes what waits.</summary>
    /// <exception cref="NpgsqlException">It can't be written; it is dropped then.</exception>
    public async Task FlushAsync(CancellationToken cancellationToken = default)
    {
        await _flushing.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            var samples = new List<SampledSearch>();
            while (_waiting.Reader.TryRead(out var sample))
                samples.Add(sample);
            if (samples.Count == 0)
                return;
            try
            {
                await WriteAsync(samples, cancellationToken).ConfigureAwait(false);
                LastError = null;
            }
            catch (Exception e)
            {
                Interlocked.Add(ref _dropped, samples.Count);
                LastError = e;
                throw;
            }
        }
        finally
        {
            _flushing.Release();
        }
    }

    /// <summary>Stops, after it has written what waits or dropped it.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _loop.ConfigureAwait(false);
        _stop.Dispose();
        _flushing.Dispose();
    }

    /// <summary>Keeps a search, by chance.</summary>
    [SuppressMessage("Security", "CA5394", Justification = "A sample, no secret.")]
    internal void Offer(SearchQuery query, SearchPlan plan, int hits, TimeSpan elapsed)
    {
        // In a filter that has the marker itself, values could not be told from text.
        if (Random.Shared.NextDouble() >= _options.Rate
            || query.Filter?.Contains(QuerySamples.Marker, StringComparison.Ordinal) == true)
            return;
        _waiting.Writer.TryWrite(new SampledSearch(
            query.Collection.Id,
            query.Collection.Store.Space.Id,
            query.Filter,
            query.Parameters.Clone(),
            query.K,
            plan.Kind.ToString(),
            hits,
            elapsed.TotalMilliseconds,
            _options.KeepVectors ? query.VectorParameter : null));
    }

    [SuppressMessage("Design", "CA1031", Justification = "Sampling never harms the application; LastError tells.")]
    private async Task FlushNowAndThenAsync()
    {
        using var timer = new PeriodicTimer(_options.FlushEvery);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
                await TryFlushAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await TryFlushAsync().ConfigureAwait(false);
        }

        async Task TryFlushAsync()
        {
            try
            {
                using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
                await FlushAsync(limit.Token).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // Kept in LastError.
            }
        }
    }

    private async Task WriteAsync(List<SampledSearch> samples, CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            // One by one and each as it can be: a collection may have been dropped since, or a value have no text form.
            var batch = connection.CreateBatch();
            await using (batch.ConfigureAwait(false))
            {
                foreach (var sample in samples)
                    batch.BatchCommands.Add(Insert(sample));
                foreach (var collection in samples.Select(sample => sample.CollectionId).Distinct())
                    batch.BatchCommands.Add(DeleteOld(collection));
                await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private NpgsqlBatchCommand Insert(SampledSearch sample)
    {
        var command = new NpgsqlBatchCommand();
        Add(sample.CollectionId);
        Add(sample.SpaceId);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = (object?)sample.Filter?.Replace(SearchQuery.Marker, QuerySamples.Marker, StringComparison.Ordinal)
                ?? DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Text,
        });
        Add(sample.K);
        Add(sample.Plan);
        Add(sample.Hits);
        Add(sample.Milliseconds);
        Add(1 / _options.Rate);
        var vector = "NULL";
        if (sample.Vector is not null)
        {
            command.Parameters.Add(sample.Vector.Clone());
            vector = Placeholder(command.Parameters.Count);
        }

        var values = new List<string>();
        foreach (var value in sample.Values)
        {
            command.Parameters.Add(value.Clone());
            values.Add(Placeholder(command.Parameters.Count));
        }

        command.CommandText =
            $"""
            INSERT INTO pgembed.query_sample
                (collection_id, space_id, filter, k, plan, hits, milliseconds, weight, embedding, filter_values,
                 filter_types)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, {vector},
                   ARRAY[{string.Join(", ", values.Select(value => value + "::text"))}]::text[],
                   ARRAY[{string.Join(", ", values.Select(value => $"pg_typeof({value})"))}]::regtype[]::text[]
            WHERE EXISTS (SELECT FROM pgembed.collection WHERE collection_id = $1)
            """;
        return command;

        void Add<T>(T value) => command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
    }

    private NpgsqlBatchCommand DeleteOld(int collection) => new(
        """
        DELETE FROM pgembed.query_sample WHERE collection_id = $1 AND sample_id <= (
            SELECT sample_id FROM pgembed.query_sample WHERE collection_id = $1
            ORDER BY sample_id DESC OFFSET $2 LIMIT 1)
        """)
    {
        Parameters = { new() { Value = collection }, new() { Value = _options.Kept } },
    };

    private static string Placeholder(int number) => string.Create(CultureInfo.InvariantCulture, $"${number}");
}
