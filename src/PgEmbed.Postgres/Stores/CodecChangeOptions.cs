using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Stores;

/// <summary>How a codec is fitted and its store made.</summary>
public sealed record CodecChangeOptions
{
    /// <summary>How many vectors the codec is fitted on, at most.</summary>
    public int FittedOn { get; init; } = 10_000;

    /// <summary>Among how many vectors the candidates are counted that the indexed form needs, at most.</summary>
    public int MeasuredOn { get; init; } = 50_000;

    /// <summary>
    /// Among how many candidates the 10 nearest are looked for at a recall of 0.95; null: as many as are measured to have 99.8 %
    /// of them.
    /// </summary>
    public int? Candidates { get; init; }

    /// <summary>How the new store's HNSW index is built, where the old one has one; null: as the old one was.</summary>
    public HnswOptions? Index { get; init; }

    /// <summary>Chooses rotations, projections and starts.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Throws where an option is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        Check(FittedOn, 1, 1_000_000, nameof(FittedOn));
        Check(MeasuredOn, 100, 1_000_000, nameof(MeasuredOn));
        Check(Seed, 0, int.MaxValue, nameof(Seed));
        if (Candidates is { } candidates)
            Check(candidates, 10, 10_000, nameof(Candidates));
    }

    private static void Check(int value, int least, int most, string name)
    {
        if (value < least || value > most)
            throw new PgEmbedException($"Expected {name} from {least} to {most}, got {value}.");
    }
}
