using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>Runs a test collection's queries against a collection, for its results to be judged.</summary>
public sealed class CollectionEvaluator
{
    // Queries are embedded some at a time, and searched one at a time, as a user's are.
    private const int EmbedBatch = 64;

    private static readonly string[] IdTypes = ["text", "varchar", "bpchar", "int2", "int4", "int8", "uuid", "citext"];

    private readonly NpgsqlDataSource _dataSource;
    private readonly ITextEmbedder _embedder;
    private readonly CollectionInfo _info;

    /// <summary>Creates an evaluator.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; must make vectors of the collection's space.</param>
    /// <param name="info">The collection.</param>
    /// <exception cref="SpaceMismatchException">The model makes vectors of another space.</exception>
    public CollectionEvaluator(NpgsqlDataSource dataSource, ITextEmbedder embedder, CollectionInfo info)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(embedder);
        ArgumentNullException.ThrowIfNull(info);
        if (!info.Store.Space.Equals(embedder.Space))
            throw new SpaceMismatchException(info.Store.Space.ToString(), embedder.Space.ToString());
        _dataSource = dataSource;
        _embedder = embedder;
        _info = info;
    }

    /// <summary>Searches for every query, in their order.</summary>
    /// <param name="queries">The queries.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told the number of queries run so far.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">A query has no text, or a column can't serve as a document's id.</exception>
    public async Task<EvaluatedRun> RunAsync(
        IAsyncEnumerable<EvaluationQuery> queries,
        EvaluationOptions options,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        var run = new SearchRun(options.Name);
        var times = new List<double>();
        var truncated = 0;
        await foreach (var (embeddings, batch) in EmbedAsync(queries, cancellationToken).ConfigureAwait(false))
        {
            truncated += embeddings.Truncated;
            for (var i = 0; i < batch.Length; i++)
            {
                var start = Stopwatch.GetTimestamp();
                var documents = await SearchAsync(
                    batch[i].Text, _embedder.Space.Vector(embeddings.Vectors[i]), options, cancellationToken)
                    .ConfigureAwait(false);
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
                run.AddQuery(batch[i].Id);
                foreach (var document in documents)
                    run.Add(batch[i].Id, document);
                progress?.Report(times.Count);
            }
        }

        return new EvaluatedRun(run, times) { Truncated = truncated };
    }

    /// <summary>A source column's value for each of some documents; those that the table has not are not there.</summary>
    /// <param name="documents">Their ids.</param>
    /// <param name="column">The column; null for whether they are there at all.</param>
    /// <param name="idColumn">As <see cref="EvaluationOptions.IdColumn"/>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There is no such column.</exception>
    public async Task<IReadOnlyDictionary<string, string>> ColumnAsync(
        IEnumerable<string> documents,
        string? column,
        string? idColumn = null,
        CancellationToken cancellationToken = default)
    {
        var ids = IdColumns(idColumn).Select(c => $"{SqlName.Quote(c.Name)}::text");
        var value = column is null ? "''" : $"coalesce({SqlName.Quote(_info.Source.Column(column).Name)}::text, 'NULL')";
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        var command = _dataSource.CreateCommand(
            $"""
            SELECT id, value FROM (SELECT concat_ws(',', {string.Join(", ", ids)}) AS id, {value} AS value
                                   FROM {_info.Source.Sql}) documents
            WHERE id = ANY ($1)
            """);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            command.Parameters.Add(new NpgsqlParameter { Value = documents.Distinct(StringComparer.Ordinal).ToArray() });
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    values[reader.GetString(0)] = reader.GetString(1);
            }
        }

        return values;
    }

    /// <summary>Queries with their vectors, in their order.</summary>
    /// <exception cref="PgEmbedException">A query has no text.</exception>
    internal async IAsyncEnumerable<(EvaluationQuery Query, SpaceVector Vector)> VectorsAsync(
        IAsyncEnumerable<EvaluationQuery> queries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (embeddings, batch) in EmbedAsync(queries, cancellationToken).ConfigureAwait(false))
        {
            for (var i = 0; i < batch.Length; i++)
                yield return (batch[i], _embedder.Space.Vector(embeddings.Vectors[i]));
        }
    }

    /// <summary>Searches for one query: the documents, the best first.</summary>
    internal async Task<IEnumerable<RankedDocument>> SearchAsync(
        string text, SpaceVector vector, EvaluationOptions options, CancellationToken cancellationToken)
    {
        if (options.Hybrid is not null)
            return (await HybridAsync(text, vector, options, cancellationToken).ConfigureAwait(false))
                .Select(hit => new RankedDocument(hit.Row, hit.Score));
        var ids = IdColumns(options.IdColumn);
        var query = new SearchQuery(_info, vector, options.Depth, ids, options.Search);
        query.Filter = options.Filter?.ToSql(query.Parameters);
        var (_, hits) = await VectorSearch.RunAsync(
            new SqlSessions(_dataSource), query, reader => ReadId(reader, 1, ids.Count), cancellationToken)
            .ConfigureAwait(false);
        return hits.Select(hit => new RankedDocument(hit.Row, -hit.Distance));
    }

    /// <summary>Searches for one query by meaning and words: the hits, each row as its id.</summary>
    internal Task<List<HybridHit<string>>> HybridAsync(
        string text, SpaceVector vector, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var ids = IdColumns(options.IdColumn);
        var query = new HybridQuery(_info, vector, text, options.Depth, ids, options.Hybrid);
        query.Filter = options.Filter?.ToSql(query.Parameters);
        return HybridSearch.RunAsync(
            new SqlSessions(_dataSource),
            query,
            reader => ReadId(reader, HybridQuery.Figures, ids.Count),
            cancellationToken);
    }

    private async IAsyncEnumerable<(TextEmbeddings Embeddings, EvaluationQuery[] Queries)> EmbedAsync(
        IAsyncEnumerable<EvaluationQuery> queries, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var batch in queries.Chunk(EmbedBatch).WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (Array.Find(batch, query => string.IsNullOrWhiteSpace(query.Text)) is { } empty)
                throw new PgEmbedException($"Expected a text in query '{empty.Id}', got an empty one.");
            yield return (
                await _embedder.EmbedAsync([.. batch.Select(q => q.Text)], TextRole.Query, cancellationToken)
                    .ConfigureAwait(false),
                batch);
        }
    }

    /// <summary>The columns that ids of documents are made of.</summary>
    /// <exception cref="PgEmbedException">There is no such column, or its type can't serve as an id.</exception>
    internal IReadOnlyList<SourceColumn> IdColumns(string? idColumn)
    {
        var columns = idColumn is null ? _info.KeyColumns : [_info.Source.Column(idColumn)];
        foreach (var column in columns)
        {
            // Other types have forms in text that .NET and SQL may write in different ways.
            if (!IdTypes.Contains(column.TypeName[(column.TypeName.LastIndexOf('.') + 1)..]))
                throw new PgEmbedException(
                    $"Expected ids in a column of text, integer or uuid, {SqlName.Quote(column.Name)} is {column.Type}.",
                    "Name another column as the one with the ids.");
        }

        return columns;
    }

    private static string ReadId(NpgsqlDataReader reader, int firstColumn, int columns)
    {
        var parts = new string[columns];
        for (var i = 0; i < parts.Length; i++)
            parts[i] = Convert.ToString(reader.GetValue(firstColumn + i), CultureInfo.InvariantCulture)!;
        return string.Join(',', parts);
    }
}
