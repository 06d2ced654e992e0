using PgEmbed.Codecs;

namespace PgEmbed.Postgres.Codecs;

/// <summary>How a codec is chosen: on what, of which, and under which one constraint.</summary>
public sealed record CodecAdviseOptions
{
    /// <summary>Vectors of the collection to measure on, 1,000 to 100,000; fewer where it has fewer.</summary>
    public int SampleRows { get; init; } = 20_000;

    /// <summary>How many rows are kept out to be queries where there are no judged ones, 10 to 10,000.</summary>
    public int Queries { get; init; } = 200;

    /// <summary>Judged queries to measure with; null: rows that are kept out.</summary>
    public JudgedQueries? Judged { get; init; }

    /// <summary>
    /// Codecs to measure, as <see cref="StoreRecipe"/> reads them. Null: a choice of those that hold on real
    /// embeddings.
    /// </summary>
    public IReadOnlyList<string>? Recipes { get; init; }

    /// <summary>The most bytes that the store of all rows may take, its indexes included.</summary>
    public long? Budget { get; init; }

    /// <summary>The least recall@10 against exact search, above 0 up to 1.</summary>
    public double? MinRecall { get; init; }

    /// <summary>
    /// The most that may be lost, in percent: of nDCG@10 with judged queries, else of recall@10. Where no constraint is
    /// set, it is this one, with <see cref="DefaultMaxLoss"/>.
    /// </summary>
    public double? MaxLoss { get; init; }

    /// <summary>The loss in percent that is allowed where nothing is asked.</summary>
    public const double DefaultMaxLoss = 1;

    /// <summary>The same seed draws the same rows.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (SampleRows is < 1_000 or > 100_000)
            throw new PgEmbedException($"Expected SampleRows from 1000 to 100000, got {SampleRows}.");
        if (Queries is < 10 or > 10_000)
            throw new PgEmbedException($"Expected Queries from 10 to 10000, got {Queries}.");
        if (Recipes is [])
            throw new PgEmbedException("Expected codecs to measure, got none.");
        foreach (var recipe in Recipes ?? [])
        {
            try
            {
                StoreRecipe.Parse(recipe);
            }
            catch (FormatException e)
            {
                throw new PgEmbedException(e.Message, innerException: e);
            }
        }

        if (new object?[] { Budget, MinRecall, MaxLoss }.Count(constraint => constraint is not null) > 1)
            throw new PgEmbedException("Expected one of Budget, MinRecall and MaxLoss, got several.");
        if (Budget is < 1)
            throw new PgEmbedException($"Expected Budget of at least 1 byte, got {Budget}.");
        if (MinRecall is { } recall && !(recall is > 0 and <= 1))
            throw new PgEmbedException($"Expected MinRecall above 0 up to 1, got {recall}.");
        if (MaxLoss is { } loss && !(loss is >= 0 and < 100))
            throw new PgEmbedException($"Expected MaxLoss from 0 to below 100 percent, got {loss}.");
    }
}
