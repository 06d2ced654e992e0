using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Hybrid;

/// <summary>
/// Fits how much the words count in a collection's hybrid searches. Each judged query is searched once, and the rows that
/// were found are ranked anew under every weight from 0 to 1; of the weights whose mean nDCG@10 is hardly less than the best
/// one's, the middle one is taken, so that one lucky query doesn't decide.
/// </summary>
public sealed class FusionFitter
{
    private const int Depth = 100;
    private const int Steps = 50;

    // Weights whose nDCG is this near to the best are as good.
    private const double Near = 0.0005;

    private static readonly QualityMeasure Measure = QualityMeasure.Ndcg(10);

    private readonly NpgsqlDataSource _dataSource;
    private readonly CollectionInfo _info;
    private readonly CollectionEvaluator _evaluator;

    /// <summary>Creates a fitter.</summary>
    /// <param name="dataSource">The database; built with <c>UsePgEmbed()</c>, never disposed here.</param>
    /// <param name="embedder">The model; must make vectors of the collection's space.</param>
    /// <param name="info">The collection.</param>
    /// <exception cref="SpaceMismatchException">The model makes vectors of another space.</exception>
    public FusionFitter(NpgsqlDataSource dataSource, ITextEmbedder embedder, CollectionInfo info)
    {
        _evaluator = new CollectionEvaluator(dataSource, embedder, info);
        _dataSource = dataSource;
        _info = info;
    }

    /// <summary>Fits the weight; the catalog stays as it is.</summary>
    /// <param name="queries">Queries; those without a relevant document don't count.</param>
    /// <param name="judgments">What is relevant to them.</param>
    /// <param name="idColumn">As <see cref="EvaluationOptions.IdColumn"/>.</param>
    /// <param name="progress">Told the number of queries run so far.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">No query has a relevant document, or there is no text index.</exception>
    public async Task<FusionFit> FitAsync(
        IAsyncEnumerable<EvaluationQuery> queries,
        Judgments judgments,
        string? idColumn = null,
        IProgress<int>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentNullException.ThrowIfNull(judgments);
        var options = new EvaluationOptions { Depth = Depth, IdColumn = idColumn, Hybrid = new HybridOptions() };
        var sums = new double[Steps + 1];
        var count = 0;
        var judged = queries.Where(query => judgments.Relevant(query.Id).Any());
        await foreach (var (query, vector) in _evaluator.VectorsAsync(judged, cancellationToken).ConfigureAwait(false))
        {
            var hits = await _evaluator.HybridAsync(query.Text, vector, options, cancellationToken).ConfigureAwait(false);
            var grades = judgments.Of(query.Id);
            for (var step = 0; step <= Steps; step++)
                sums[step] += Ndcg(hits, grades, (double)step / Steps);
            count++;
            progress?.Report(count);
        }

        if (count == 0)
            throw new PgEmbedException("Expected judged queries to fit on, found none that has a relevant document.");
        var best = sums.Max();
        int[] near = [.. Enumerable.Range(0, sums.Length).Where(step => sums[step] >= best - (Near * count))];
        var chosen = near[near.Length / 2];
        return new FusionFit(
            (double)chosen / Steps, sums[chosen] / count, sums[0] / count, sums[^1] / count, count);
    }

    /// <summary>Has the collection's searches use a fitted weight from now on, where they don't say another.</summary>
    public async Task SaveAsync(FusionFit fit, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fit);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            await connection.ExecuteAsync(
                """
                INSERT INTO pgembed.fusion (collection_id, space_id, text_weight, queries) VALUES ($1, $2, $3, $4)
                ON CONFLICT (collection_id, space_id) DO UPDATE
                SET text_weight = excluded.text_weight, queries = excluded.queries, fitted_at = now()
                """,
                [_info.Id, _info.Store.Space.Id, fit.TextWeight, fit.Queries],
                cancellationToken).ConfigureAwait(false);
    }

    private double Ndcg(List<HybridHit<string>> hits, IReadOnlyDictionary<string, int> grades, double textWeight)
    {
        var ranking = hits
            .Select(hit => new RankedDocument(
                hit.Row, ((1 - textWeight) * Similarity(hit.Distance)) + (textWeight * hit.TextScore)))
            .Order(RankOrder.Instance)
            .Take(10)
            .Select(document => grades.GetValueOrDefault(document.Id));
        return Measure.Of([.. ranking], grades.Values);
    }

    // As pgembed.plan_hybrid has it.
    private double Similarity(double distance) => _info.Store.Space.Metric switch
    {
        DistanceMetric.Cosine => 1 - distance,
        DistanceMetric.L2 => 1 / (1 + distance),
        _ => -distance,
    };
}
