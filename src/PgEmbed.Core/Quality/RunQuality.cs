namespace PgEmbed.Quality;

/// <summary>How good a run is: each measure of each query.</summary>
public sealed class RunQuality
{
    private readonly Dictionary<QualityMeasure, double[]> _values;

    private RunQuality(string run, string[] queries, Dictionary<QualityMeasure, double[]> values, int notRun, int unanswerable)
    {
        Run = run;
        Queries = queries;
        _values = values;
        NotRun = notRun;
        Unanswerable = unanswerable;
    }

    /// <summary>The run's name.</summary>
    public string Run { get; }

    /// <summary>The queries that count, in byte order; each measure's values are in the same order.</summary>
    public IReadOnlyList<string> Queries { get; }

    /// <summary>The measures.</summary>
    public IReadOnlyCollection<QualityMeasure> Measures => _values.Keys;

    /// <summary>How many judged queries the run has not.</summary>
    public int NotRun { get; }

    /// <summary>How many of the queries that count have no relevant document: each measure of them is 0.</summary>
    public int Unanswerable { get; }

    /// <summary>A measure of each query, <c>double[n]</c>.</summary>
    public IReadOnlyList<double> Values(QualityMeasure measure) => _values[measure];

    /// <summary>The mean of a measure over the queries.</summary>
    public double Mean(QualityMeasure measure) => _values[measure].Average();

    /// <summary>
    /// Judges a run. Queries without a judgment don't count. A judged query that the run has not counts as 0, as under
    /// trec_eval's <c>-c</c>, unless <paramref name="skipNotRun"/> leaves it out, as trec_eval does without <c>-c</c>. A
    /// query none of whose judged documents is relevant counts as 0.
    /// </summary>
    /// <param name="run">The run.</param>
    /// <param name="judgments">What is relevant.</param>
    /// <param name="measures">What to measure.</param>
    /// <param name="relevantFrom">The lowest grade that counts as relevant (trec_eval's <c>-l</c>).</param>
    /// <param name="skipNotRun">Whether judged queries that were not run are left out.</param>
    /// <exception cref="PgEmbedException">No query is judged and run, or a document comes twice in a ranking.</exception>
    public static RunQuality Of(
        SearchRun run,
        Judgments judgments,
        IEnumerable<QualityMeasure> measures,
        int relevantFrom = 1,
        bool skipNotRun = false)
    {
        ArgumentNullException.ThrowIfNull(run);
        ArgumentNullException.ThrowIfNull(judgments);
        var asked = measures.Distinct().ToArray();
        if (!judgments.Queries.Any(run.Has))
            throw new PgEmbedException(
                $"Expected run {run.Name} to have a query that is judged, found none of {judgments.Queries.Count}.",
                "Check that the run's query ids are those of the judgments.");
        var notRun = judgments.Queries.Count(query => !run.Has(query));
        string[] queries =
            [.. judgments.Queries.Where(query => !skipNotRun || run.Has(query)).Order(StringComparer.Ordinal)];
        var values = asked.ToDictionary(measure => measure, _ => new double[queries.Length]);
        var unanswerable = 0;
        for (var i = 0; i < queries.Length; i++)
        {
            var grades = judgments.Of(queries[i]);
            if (!grades.Values.Any(grade => grade >= relevantFrom))
                unanswerable++;
            int[] ranked = [.. run.Ranking(queries[i]).Select(document => grades.GetValueOrDefault(document.Id))];
            foreach (var measure in asked)
                values[measure][i] = measure.Of(ranked, grades.Values, relevantFrom);
        }

        return new RunQuality(run.Name, queries, values, notRun, unanswerable);
    }
}
