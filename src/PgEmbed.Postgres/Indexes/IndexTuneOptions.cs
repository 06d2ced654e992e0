namespace PgEmbed.Postgres.Indexes;

/// <summary>How settings for an index are looked for.</summary>
public sealed record IndexTuneOptions
{
    /// <summary>The recall to reach, above 0 and below 1.</summary>
    public double Recall { get; init; } = 0.95;

    /// <summary>How many neighbours of each query count, 1 to 1,000.</summary>
    public int K { get; init; } = 10;

    /// <summary>Rows to copy and to build on, 1,000 to 1,000,000.</summary>
    public int SampleRows { get; init; } = 20_000;

    /// <summary>How many rows are kept out to be queries where <see cref="QueryVectors"/> gives none, 10 to 10,000.</summary>
    public int Queries { get; init; } = 200;

    /// <summary>Real queries, each <c>float[d]</c>. Null: rows of the table that are kept out of the copy.</summary>
    public IReadOnlyList<ReadOnlyMemory<float>>? QueryVectors { get; init; }

    /// <summary>Settings to try: m and ef_construction.</summary>
    public IReadOnlyList<(int M, int EfConstruction)> Candidates { get; init; } =
        [(8, 64), (16, 64), (16, 128), (24, 128), (32, 200)];

    /// <summary>The same seed draws the same rows.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (!(Recall is > 0 and < 1))
            throw new PgEmbedException($"Expected Recall above 0 and below 1, got {Recall}.");
        if (K is < 1 or > 1_000)
            throw new PgEmbedException($"Expected K from 1 to 1000, got {K}.");
        if (SampleRows is < 1_000 or > 1_000_000)
            throw new PgEmbedException($"Expected SampleRows from 1000 to 1000000, got {SampleRows}.");
        if (Queries is < 10 or > 10_000)
            throw new PgEmbedException($"Expected Queries from 10 to 10000, got {Queries}.");
        if (QueryVectors is [])
            throw new PgEmbedException("Expected query vectors, got none.");
        if (Candidates.Count == 0)
            throw new PgEmbedException("Expected settings to try, got none.");
        foreach (var (m, efConstruction) in Candidates)
            new HnswOptions { M = m, EfConstruction = efConstruction }.Validate();
    }
}
