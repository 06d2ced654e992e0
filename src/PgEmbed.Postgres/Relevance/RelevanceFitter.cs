using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Relevance;

/// <summary>
/// Fits what relevance a distance stands for in a collection, for searches with a least relevance: on judged queries where
/// there are some, else on the distances between the collection's own rows.
/// </summary>
public sealed class RelevanceFitter
{
    // The nearest rows of each query are what a cut-off decides on.
    private const int RowsOfQuery = 10;

    private readonly NpgsqlDataSource _dataSource;
    private readonly CollectionInfo _info;
    private readonly CollectionEvaluator _evaluator;

    /// <summary>Creates a fitter.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; must make vectors of the collection's space.</param>
    /// <param name="info">The collection.</param>
    /// <exception cref="SpaceMismatchException">The model makes vectors of another space.</exception>
    public RelevanceFitter(NpgsqlDataSource dataSource, ITextEmbedder embedder, CollectionInfo info)
    {
        _evaluator = new CollectionEvaluator(dataSource, embedder, info);
        _dataSource = dataSource;
        _info = info;
    }

    /// <summary>Fits on judged queries; the catalog stays as it is. A row without a judgment counts as not relevant.</summary>
    /// <param name="queries">Queries; those that no document is judged for don't count.</param>
    /// <param name="judgments">What is relevant to them.</param>
    /// <param name="idColumn">As <see cref="EvaluationOptions.IdColumn"/>.</param>
    /// <param name="progress">Told the number of queries run so far.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">The nearest rows are never relevant, or always.</exception>
    public async Task<RelevanceModel> FitAsync(
        IAsyncEnumerable<EvaluationQuery> queries,
        Judgments judgments,
        string? idColumn = null,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(judgments);
        var pairs = new List<JudgedPair>();
        var count = 0;
        await foreach (var found in PairsAsync(queries, judgments, idColumn, cancellationToken).ConfigureAwait(false))
        {
            pairs.AddRange(found);
            count++;
            progress?.Report(count);
        }

        return RelevanceModel.Fit(pairs, count);
    }

    /// <summary>The ten nearest rows of each judged query, in the order of the queries.</summary>
    /// <inheritdoc cref="FitAsync"/>
    public async IAsyncEnumerable<IReadOnlyList<JudgedPair>> PairsAsync(
        IAsyncEnumerable<EvaluationQuery> queries,
        Judgments judgments,
        string? idColumn = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(judgments);
        var options = new EvaluationOptions { Depth = RowsOfQuery, IdColumn = idColumn };
        var judged = queries.Where(query => judgments.Of(query.Id).Count > 0);
        await foreach (var (query, vector) in _evaluator.VectorsAsync(judged, cancellationToken).ConfigureAwait(false))
        {
            var neighborhood = await NeighborhoodAsync(vector, cancellationToken).ConfigureAwait(false);
            var grades = judgments.Of(query.Id);
            var found = await _evaluator.SearchAsync(query.Text, vector, options, cancellationToken).ConfigureAwait(false);
            yield return
            [
                .. found.Select(document => new JudgedPair(
                    -document.Score, neighborhood, grades.GetValueOrDefault(document.Id) >= 1)),
            ];
        }
    }

    /// <summary>Fits on the collection's own distances, for its searches to use from now on.</summary>
    /// <param name="sample">How many rows are searched for, 10 to 100,000.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There are too few vectors, or all are the same.</exception>
    public async Task<RelevanceModel> FitOnDistancesAsync(int sample = 200, CancellationToken cancellationToken = default)
    {
        await CallAsync(
            "SELECT pgembed.fit_relevance($1, $2)", [_info.Name, sample], reader => reader.GetDouble(0), cancellationToken)
            .ConfigureAwait(false);
        RelevanceLimits.Forget(_info);
        return (await FindAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Has the collection's searches use a model from now on.</summary>
    public async Task SaveAsync(RelevanceModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        await CallAsync(
            """
            INSERT INTO pgembed.relevance
                (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (collection_id, space_id) DO UPDATE
            SET fitted_on = excluded.fitted_on, neighbors = excluded.neighbors, intercept = excluded.intercept,
                nearness = excluded.nearness, distinctness = excluded.distinctness, queries = excluded.queries,
                fitted_at = now()
            RETURNING queries
            """,
            [
                _info.Id,
                _info.Store.Space.Id,
                model.Basis == RelevanceBasis.Judgments ? "judgments" : "distances",
                model.Neighbors,
                model.Intercept,
                model.Nearness,
                model.Distinctness,
                model.Queries,
            ],
            reader => reader.GetInt32(0),
            cancellationToken).ConfigureAwait(false);
        RelevanceLimits.Forget(_info);
    }

    /// <summary>The model that the collection's searches use; null where none was fitted.</summary>
    public async Task<RelevanceModel?> FindAsync(CancellationToken cancellationToken = default) =>
        (await CallAsync(
            """
            SELECT fitted_on, neighbors, intercept, nearness, distinctness, queries
            FROM pgembed.relevance WHERE collection_id = $1 AND space_id = $2
            """,
            [_info.Id, _info.Store.Space.Id],
            reader => new RelevanceModel(
                reader.GetString(0) == "judgments" ? RelevanceBasis.Judgments : RelevanceBasis.Distances,
                reader.GetInt32(1),
                reader.GetDouble(2),
                reader.GetDouble(3),
                reader.GetDouble(4),
                reader.GetInt32(5)),
            cancellationToken).ConfigureAwait(false)).FirstOrDefault();

    private async Task<QueryNeighborhood> NeighborhoodAsync(SpaceVector vector, CancellationToken cancellationToken) =>
        (await CallAsync(
            "SELECT mean, deviation FROM pgembed.query_neighborhood($1, ROW($2, $3)::pgembed.space_vector, $4)",
            [
                _info.Name,
                vector.Space.Id,
                new NpgsqlParameter { Value = vector.Values, DataTypeName = $"{_info.Extension.Schema}.vector" },
                RelevanceModel.DefaultNeighbors,
            ],
            reader => reader.IsDBNull(0)
                ? default
                : new QueryNeighborhood(reader.GetDouble(0), reader.GetDouble(1)),
            cancellationToken).ConfigureAwait(false))[0];

    private async Task<List<T>> CallAsync<T>(
        string sql, object?[] values, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.Command(sql, values);
            await using (command.ConfigureAwait(false))
            {
                command.CommandTimeout = 0;
                try
                {
                    var reader = await SchemaMissing.GuardAsync(() => command.ExecuteReaderAsync(cancellationToken))
                        .ConfigureAwait(false);
                    var rows = new List<T>();
                    await using (reader.ConfigureAwait(false))
                    {
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            rows.Add(read(reader));
                    }

                    return rows;
                }
                catch (PostgresException e) when (ServerRefusal.Is(e))
                {
                    throw ServerRefusal.Of(e);
                }
            }
        }
    }
}
