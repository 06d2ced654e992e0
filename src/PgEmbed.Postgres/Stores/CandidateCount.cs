using PgEmbed.Codecs;
using PgEmbed.Postgres.Codecs;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Among how many candidates by the indexed form the 10 nearest are: rows of a sample are searched for among the others,
/// exactly and by the form.
/// </summary>
internal static class CandidateCount
{
    private const int K = 10;
    private const int Queries = 200;
    private const double Share = 0.998;
    private const int Least = 20;
    private const int Most = 1_000;

    /// <summary>Counts them.</summary>
    /// <param name="form">The form.</param>
    /// <param name="vectors"><c>float[n × d]</c>.</param>
    /// <param name="rows">How many vectors there are in all: among more, more are needed.</param>
    /// <returns>From 20 to 1,000.</returns>
    public static int Of(IndexedForm form, VectorBlock vectors, long rows)
    {
        var asked = Enumerable.Range(0, Math.Min(Queries, vectors.Count))
            .Select(q => (int)((long)q * vectors.Count / Math.Min(Queries, vectors.Count))).ToArray();
        var queries = new VectorBlock(asked.Length, vectors.Dimensions);
        for (var q = 0; q < asked.Length; q++)
            vectors[asked[q]].Span.CopyTo(queries.Row(q));
        var exact = new FormRanking(vectors, queries, form.Codec.Metric);
        var byForm = new FormRanking(form, vectors, queries, form.Codec.Metric);

        // For each of the nearest, how many are before it by the form; the row itself is no answer.
        var ranks = new int[asked.Length][];
        Parallel.For(0, asked.Length, q =>
        {
            var distances = new float[vectors.Count];
            for (var row = 0; row < distances.Length; row++)
                distances[row] = row == asked[q] ? float.PositiveInfinity : byForm.Distance(q, row);
            ranks[q] =
            [
                .. exact.Nearest(q, K + 1).Where(row => row != asked[q]).Take(K)
                    .Select(row => distances.Count(distance => distance <= distances[row])),
            ];
        });
        var sorted = ranks.SelectMany(r => r).Order().ToArray();
        if (sorted.Length == 0)
            return Least;
        var needed = sorted[(int)Math.Ceiling(Share * sorted.Length) - 1];
        var growth = Math.Pow(Math.Max(1, (double)rows / vectors.Count), 0.25);
        return (int)Math.Clamp(Math.Ceiling(needed * growth), Least, Most);
    }
}
