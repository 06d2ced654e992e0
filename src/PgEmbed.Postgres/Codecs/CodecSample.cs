using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Codecs;

/// <summary>Vectors of a collection, and queries to search among them.</summary>
/// <param name="Rows"><c>float[n × d]</c>, in the order of a draw.</param>
/// <param name="Queries"><c>float[q × d]</c>.</param>
/// <param name="Total">How many vectors the store has.</param>
/// <param name="Source">What the queries are, in words.</param>
internal sealed record CodecSample(VectorBlock Rows, VectorBlock Queries, long Total, string Source)
{
    // Fewer tell nothing.
    private const int LeastRows = 100;

    // Embedding and searching more would take longer than their say is worth.
    private const int MostJudged = 2_000;

    /// <summary>The document that each row is of; null without judged queries.</summary>
    public IReadOnlyList<string>? Documents { get; init; }

    /// <summary>The judged documents of each query; null without judged queries.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, int>>? Grades { get; init; }

    /// <summary>Reads a sample of a store.</summary>
    /// <exception cref="PgEmbedException">There are too few vectors, or no judged query has a relevant document.</exception>
    public static async Task<CodecSample> ReadAsync(
        NpgsqlDataSource dataSource,
        CollectionInfo collection,
        CodecAdviseOptions options,
        CancellationToken cancellationToken)
    {
        var total = await CountAsync(dataSource, collection, cancellationToken).ConfigureAwait(false);
        if (total < LeastRows)
            throw new PgEmbedException(
                $"Expected at least {LeastRows} vectors in collection '{collection.Name}' to measure on, found {total}.",
                "So few take no room in any codec.");
        return options.Judged is { } judged
            ? await JudgedAsync(dataSource, collection, options, judged, total, cancellationToken).ConfigureAwait(false)
            : await KeptOutAsync(dataSource, collection, options, total, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A store's rows drawn at random, as a FROM clause's SELECT without an order of their own.</summary>
    public static string Drawn(CollectionInfo collection, string columns, long most, long total, int seed) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        SELECT {columns} FROM {collection.Store.Sql}
        TABLESAMPLE BERNOULLI ({Math.Min(100, 100.0 * ((1.1 * most) + 1_000) / Math.Max(1, total))}) REPEATABLE ({seed})
        ORDER BY pg_catalog.hashtextextended(ctid::text, {seed}) LIMIT {most}
        """);

    private static async Task<CodecSample> KeptOutAsync(
        NpgsqlDataSource dataSource,
        CollectionInfo collection,
        CodecAdviseOptions options,
        long total,
        CancellationToken cancellationToken)
    {
        // Of a small collection at most a tenth is kept out.
        var kept = (int)Math.Min(options.Queries, total / 10);
        var (vectors, _) = await VectorsAsync(
            dataSource,
            collection,
            Drawn(collection, "embedding", options.SampleRows + kept, total, options.Seed),
            null,
            cancellationToken).ConfigureAwait(false);
        kept = Math.Min(kept, vectors.Count / 10);
        return new CodecSample(
            Block(vectors[kept..], collection),
            Block(vectors[..kept], collection),
            total,
            string.Create(CultureInfo.InvariantCulture, $"{kept} rows that were kept out"));
    }

    private static async Task<CodecSample> JudgedAsync(
        NpgsqlDataSource dataSource,
        CollectionInfo collection,
        CodecAdviseOptions options,
        JudgedQueries judged,
        long total,
        CancellationToken cancellationToken)
    {
        var evaluator = new CollectionEvaluator(dataSource, judged.Embedder, collection);
        var (queries, documents) = await ChooseAsync(judged, options, cancellationToken).ConfigureAwait(false);
        var vectors = new List<float[]>();
        await foreach (var (_, vector) in evaluator.VectorsAsync(queries.ToAsyncEnumerable(), cancellationToken)
            .ConfigureAwait(false))
            vectors.Add(vector.Values.ToArray());
        var ids = evaluator.IdColumns(judged.IdColumn).Select(column => $"source.{SqlName.Quote(column.Name)}::text");
        // What is judged first, so that it is in the sample, and of the other rows any; then in an order that tells nothing.
        var (rows, names) = await VectorsAsync(
            dataSource,
            collection,
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                SELECT taken.embedding, taken.id FROM (SELECT rows.* FROM (
                    SELECT store.embedding, concat_ws(',', {string.Join(", ", ids)}) AS id,
                           pg_catalog.hashtextextended(store.ctid::text, {options.Seed}) AS draw
                    FROM {collection.Store.Sql} store JOIN {collection.Source.Sql} source
                        ON {collection.KeyJoin("store", "source")}) rows
                LEFT JOIN pg_catalog.unnest($1) AS judged(id) ON judged.id = rows.id
                ORDER BY judged.id IS NULL, rows.draw LIMIT {options.SampleRows}) taken ORDER BY taken.draw
                """),
            documents.ToArray(),
            cancellationToken).ConfigureAwait(false);
        return new CodecSample(
            Block(rows, collection),
            Block(vectors, collection),
            total,
            string.Create(CultureInfo.InvariantCulture, $"{queries.Count} judged queries"))
        {
            Documents = names,
            Grades = [.. queries.Select(query => judged.Judgments.Of(query.Id))],
        };
    }

    // Judged documents take up to half of the sample, so that there are others to tell them from.
    private static async Task<(List<EvaluationQuery> Queries, HashSet<string> Documents)> ChooseAsync(
        JudgedQueries judged, CodecAdviseOptions options, CancellationToken cancellationToken)
    {
        var queries = new List<EvaluationQuery>();
        var documents = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var query in judged.Queries.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (!judged.Judgments.Relevant(query.Id).Any())
                continue;
            queries.Add(query);
            documents.UnionWith(judged.Judgments.Of(query.Id).Keys);
            if (queries.Count == MostJudged || documents.Count >= options.SampleRows / 2)
                break;
        }

        return queries.Count > 0
            ? (queries, documents)
            : throw new PgEmbedException(
                "Expected queries that a document is relevant to, found none.",
                "Check that the query ids are those of the judgments.");
    }

    private static async Task<long> CountAsync(
        NpgsqlDataSource dataSource, CollectionInfo collection, CancellationToken cancellationToken)
    {
        var command = dataSource.CreateCommand($"SELECT count(*) FROM {collection.Store.Sql}");
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            return (long)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
    }

    private static async Task<(List<float[]> Vectors, List<string> Ids)> VectorsAsync(
        NpgsqlDataSource dataSource,
        CollectionInfo collection,
        string sql,
        string[]? documents,
        CancellationToken cancellationToken)
    {
        var vectors = new List<float[]>();
        var ids = new List<string>();
        var cosine = collection.Store.Space.Metric == DistanceMetric.Cosine;
        var command = dataSource.CreateCommand(sql);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            if (documents is not null)
                command.Parameters.Add(new NpgsqlParameter { Value = documents });
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    var values = reader.GetValue(0) switch
                    {
                        Half[] halves => Array.ConvertAll(halves, half => (float)half),
                        var other => (float[])other,
                    };
                    // A zero vector has no cosine: no search finds it, in any codec.
                    if (cosine && Array.TrueForAll(values, value => value == 0))
                        continue;
                    vectors.Add(values);
                    if (documents is not null)
                        ids.Add(reader.GetString(1));
                }
            }
        }

        return vectors.Count >= LeastRows - (LeastRows / 10)
            ? (vectors, ids)
            : throw new PgEmbedException(
                $"Expected at least {LeastRows} vectors of collection '{collection.Name}' that a search can find, read "
                + $"{vectors.Count}.",
                "Check that its rows are there and that this role may read them.");
    }

    private static VectorBlock Block(List<float[]> vectors, CollectionInfo collection)
    {
        var block = new VectorBlock(vectors.Count, collection.Store.Space.Dimensions);
        for (var i = 0; i < vectors.Count; i++)
            vectors[i].CopyTo(block.Row(i));
        return block;
    }
}
