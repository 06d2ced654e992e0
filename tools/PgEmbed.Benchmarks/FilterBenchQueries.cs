using System.Numerics.Tensors;
using Dapper;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Benchmarks;

/// <summary>The queries, embedded once, and where they lie among the rows.</summary>
internal static class FilterBenchQueries
{
    // Steps in which a range of places is moved to find the farthest.
    private const int Steps = 1_000;

    public static async Task<List<FilterBenchQuery>> GetAsync(
        FilterBenchData data, int count, CancellationToken cancellationToken)
    {
        await using var connection = await data.DataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS queries (
                id integer PRIMARY KEY, embedding real[] NOT NULL, lot double precision NOT NULL,
                place double precision NOT NULL, farthest_from double precision[] NOT NULL)
            """);
        if (await connection.ExecuteScalarAsync<int>("SELECT count(*)::integer FROM queries") < count)
        {
            await connection.ExecuteAsync("TRUNCATE queries");
            await connection.CloseAsync();
            var made = await MakeAsync(data, count, cancellationToken);
            await connection.OpenAsync(cancellationToken);
            await connection.ExecuteAsync(
                "INSERT INTO queries VALUES (@id, @embedding, @lot, @place, @farthest)",
                made.Select((query, id) => new
                {
                    id,
                    embedding = query.Vector.Values.ToArray(),
                    lot = query.Lot,
                    place = query.Place,
                    farthest = FilterBenchCell.Selectivities.Select(s => query.FarthestFrom[s]).ToArray(),
                }));
        }

        var rows = await connection.QueryAsync<(float[] Embedding, double Lot, double Place, double[] Farthest)>(
            "SELECT embedding, lot, place, farthest_from FROM queries ORDER BY id LIMIT @count", new { count });
        return
        [
            .. rows.Select(row => new FilterBenchQuery(
                data.Collection.Embedder.Space.Vector(row.Embedding),
                row.Lot,
                row.Place,
                FilterBenchCell.Selectivities.Zip(row.Farthest).ToDictionary())),
        ];
    }

    private static async Task<List<FilterBenchQuery>> MakeAsync(
        FilterBenchData data, int count, CancellationToken cancellationToken)
    {
        var embedder = data.Collection.Embedder;
        var vectors = (await embedder.EmbedAsync(data.Queries[..count], TextRole.Query, cancellationToken)).Vectors;
        var sums = await SumsAsync(data, cancellationToken);
        var random = new Random(2);
        var queries = new List<FilterBenchQuery>();
        for (var i = 0; i < count; i++)
        {
            var vector = embedder.Space.Vector(vectors[i]);
            var nearest = await data.Collection
                .SearchAsync(vector, 1, options: new SearchOptions { EfSearch = 400 }, cancellationToken: cancellationToken)
                .FirstAsync(cancellationToken);
            queries.Add(new FilterBenchQuery(
                vector,
                random.NextDouble(),
                nearest.Row.Place,
                FilterBenchCell.Selectivities.ToDictionary(s => s, s => Farthest(sums, vectors[i].Span, s))));
        }

        return queries;
    }

    // Sums of the vectors before each step of places, so that a range's centre is the difference of two.
    private static async Task<double[][]> SumsAsync(FilterBenchData data, CancellationToken cancellationToken)
    {
        var (places, vectors) = await data.PlacedVectorsAsync(cancellationToken);
        var sums = new double[Steps + 1][];
        for (var step = 0; step <= Steps; step++)
            sums[step] = new double[vectors.Dimensions];
        for (var i = 0; i < places.Count; i++)
        {
            var sum = sums[1 + (int)(places[i] * Steps)];
            var vector = vectors[i].Span;
            for (var d = 0; d < sum.Length; d++)
                sum[d] += vector[d];
        }

        for (var step = 1; step <= Steps; step++)
            TensorPrimitives.Add<double>(sums[step], sums[step - 1], sums[step]);
        return sums;
    }

    private static double Farthest(double[][] sums, ReadOnlySpan<float> query, double selectivity)
    {
        var width = Math.Max(1, (int)Math.Round(selectivity * Steps));
        var exact = new double[query.Length];
        TensorPrimitives.ConvertTruncating(query, exact);
        var centre = new double[query.Length];
        var (best, farthest) = (0, double.PositiveInfinity);
        for (var from = 0; from + width <= Steps; from++)
        {
            TensorPrimitives.Subtract<double>(sums[from + width], sums[from], centre);
            var similarity = TensorPrimitives.CosineSimilarity<double>(centre, exact);
            if (similarity < farthest)
                (best, farthest) = (from, similarity);
        }

        return (double)best / Steps;
    }
}
