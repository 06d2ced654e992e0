using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Relevance;

/// <summary>
/// Fits what relevance a distance stands for in a collection, for <see cref="SearchOptions.MinRelevance"/>: on judged
/// queries where there are some, else on the distances between the collection's own rows.
/// </summary>
public sealed class RelevanceFitter
{
    /// <summary>How many nearest neighbours a query's mean and deviation are taken of.</summary>
    public const int Neighbors = 40;

    // The nearest rows of each query are what a cut-off decides on.
    private const int Pairs = 10;

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

    /// <summary>
    /// Fits on judged queries; the catalog stays as it is. Of each query the ten nearest rows are looked at; a row without
    /// a judgment counts as not relevant.
    /// </summary>
    /// <param name="queries">Queries; those without a relevant document don't count.</param>
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
        var options = new EvaluationOptions
        {
            Depth = Neighbors,
            IdColumn = idColumn,
            Search = new SearchOptions { EfSearch = 4 * Neighbors },
        };
        var judged = queries.Where(query => judgments.Relevant(query.Id).Any());
        var (run, _) = await _evaluator.RunAsync(judged, options, progress, cancellationToken).ConfigureAwait(false);
        return Fit(run, judgments);
    }

    /// <summary>Fits on a run whose scores are distances, negated, at least <see cref="Neighbors"/> documents deep.</summary>
    /// <inheritdoc cref="FitAsync"/>
    public static RelevanceModel Fit(SearchRun run, Judgments judgments)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(judgments);
        List<double[]> features = [];
        List<bool> labels = [];
        foreach (var query in run.Queries)
        {
            var ranking = run.Ranking(query);
            var grades = judgments.Of(query);
            double[] neighborhood = [.. ranking.Take(Neighbors).Select(document => -document.Score)];
            foreach (var document in ranking.Take(Pairs))
            {
                features.Add([document.Score, RelevanceModel.Distinct(-document.Score, neighborhood)]);
                labels.Add(grades.GetValueOrDefault(document.Id) >= 1);
            }
        }

        var fitted = LogisticRegression.FitNonNegative(features, labels);
        if (fitted.Weights.Sum() == 0)
            throw new PgEmbedException(
                "Expected relevant rows to be nearer than others, found that they are not.",
                "Check that the queries and judgments belong to this collection.");
        return new RelevanceModel(
            RelevanceBasis.Judgments,
            Neighbors,
            fitted.Intercept,
            fitted.Weights[0],
            fitted.Weights[1],
            run.Queries.Count);
    }

    /// <summary>Fits on the collection's own distances, for its searches to use from now on.</summary>
    /// <param name="sample">How many rows are searched for, 10 to 100,000.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There are too few vectors, or all are the same.</exception>
    public async Task<RelevanceModel> FitOnDistancesAsync(int sample = 200, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.Command("SELECT pgembed.fit_relevance($1, $2)", _info.Name, sample);
            await using (command.ConfigureAwait(false))
            {
                command.CommandTimeout = 0;
                try
                {
                    await SchemaMissing.GuardAsync(() => command.ExecuteScalarAsync(cancellationToken)).ConfigureAwait(false);
                }
                catch (PostgresException e) when (e.SqlState.StartsWith("PE0", StringComparison.Ordinal))
                {
                    throw new PgEmbedException(e.MessageText, e.Hint, e);
                }
            }
        }

        return (await FindAsync(cancellationToken).ConfigureAwait(false))!;
    }

    /// <summary>Has the collection's searches use a model from now on.</summary>
    public async Task SaveAsync(RelevanceModel model, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            await SchemaMissing.GuardAsync(() => connection.ExecuteAsync(
                """
                INSERT INTO pgembed.relevance
                    (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
                VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
                ON CONFLICT (collection_id, space_id) DO UPDATE
                SET fitted_on = excluded.fitted_on, neighbors = excluded.neighbors, intercept = excluded.intercept,
                    nearness = excluded.nearness, distinctness = excluded.distinctness, queries = excluded.queries,
                    fitted_at = now()
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
                cancellationToken)).ConfigureAwait(false);
    }

    /// <summary>The model that the collection's searches use; null where none was fitted.</summary>
    public async Task<RelevanceModel?> FindAsync(CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.Command(
                """
                SELECT fitted_on, neighbors, intercept, nearness, distinctness, queries
                FROM pgembed.relevance WHERE collection_id = $1 AND space_id = $2
                """,
                _info.Id,
                _info.Store.Space.Id);
            await using (command.ConfigureAwait(false))
            {
                var reader = await SchemaMissing.GuardAsync(() => command.ExecuteReaderAsync(cancellationToken))
                    .ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    return await reader.ReadAsync(cancellationToken).ConfigureAwait(false)
                        ? new RelevanceModel(
                            reader.GetString(0) == "judgments" ? RelevanceBasis.Judgments : RelevanceBasis.Distances,
                            reader.GetInt32(1),
                            reader.GetDouble(2),
                            reader.GetDouble(3),
                            reader.GetDouble(4),
                            reader.GetInt32(5))
                        : null;
                }
            }
        }
    }
}
