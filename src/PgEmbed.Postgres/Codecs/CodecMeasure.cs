namespace PgEmbed.Postgres.Codecs;

/// <summary>What one codec takes and keeps.</summary>
/// <param name="Codec">The codec, as <see cref="PgEmbed.Codecs.StoreRecipe"/> reads it.</param>
/// <param name="Bytes">What a vector takes in PostgreSQL.</param>
/// <param name="Qualities">What it keeps, by growing candidates; of a codec without a rescoring form all are the same.</param>
/// <param name="EncodedPerSecond">Vectors that one core brings to all forms in a second.</param>
/// <param name="ScoreMicroseconds">
/// Microseconds that one core takes to rank 100 candidates in .NET; null for a codec without a rescoring form.
/// </param>
public sealed record CodecMeasure(
    string Codec,
    CodecBytes Bytes,
    IReadOnlyList<CodecQuality> Qualities,
    double EncodedPerSecond,
    double? ScoreMicroseconds)
{
    /// <summary>Whether no other codec loses less in as few bytes: the Pareto frontier.</summary>
    public bool OnFrontier { get; init; }

    /// <summary>What it keeps with the most candidates.</summary>
    public CodecQuality Best => Qualities[^1];
}
