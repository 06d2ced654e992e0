namespace PgEmbed.Codecs;

/// <summary>
/// What a store's codec is to be, before it is fitted: <c>f32</c>, <c>f16</c>, or the recipes of an indexed and a rescoring
/// form with a slash between, as in <c>centre hadamard bit / sq8</c> or <c>truncate:128 f16 / fp8_e4m3</c>.
/// </summary>
public sealed class StoreRecipe
{
    private readonly Codec? _plain;

    private StoreRecipe(Codec? plain, CodecRecipe? indexed, CodecRecipe? rescoring)
    {
        _plain = plain;
        Indexed = indexed;
        Rescoring = rescoring;
    }

    /// <summary>The recipe of the indexed form; null for a codec without tiers.</summary>
    public CodecRecipe? Indexed { get; }

    /// <summary>The recipe of the rescoring form; null for a codec without tiers.</summary>
    public CodecRecipe? Rescoring { get; }

    /// <summary>Reads a recipe.</summary>
    /// <exception cref="FormatException">It is neither f32, f16 nor two recipes with a slash between.</exception>
    public static StoreRecipe Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/', StringSplitOptions.TrimEntries);
        if (parts.Length == 1 && Codec.All.FirstOrDefault(codec => codec.Name == parts[0]) is { } plain)
            return new StoreRecipe(plain, null, null);
        if (parts.Length != 2 || parts.Any(part => part.Length == 0))
            throw new FormatException(
                $"Expected f32, f16, or an indexed and a rescoring form with a slash between, as in "
                + $"'centre hadamard bit / sq8', got '{text}'.");
        return new StoreRecipe(null, CodecRecipe.Parse(parts[0]), CodecRecipe.Parse(parts[1]));
    }

    /// <summary>Fits both forms to a sample.</summary>
    /// <param name="sample"><c>float[n × d]</c>, of the vectors as the model gives them; at least one.</param>
    /// <param name="metric">How they are compared.</param>
    /// <param name="seed">Chooses rotations, projections and starts.</param>
    /// <exception cref="PgEmbedException">As <see cref="CodecRecipe.Fit"/>; or pgvector has no type for the indexed form.</exception>
    public Codec Fit(VectorBlock sample, DistanceMetric metric, ulong seed = 1) => _plain ?? Codec.Tiered(
        ToString(),
        new IndexedForm(Indexed!.Fit(sample, metric, seed)),
        Rescoring!.Fit(sample, metric, seed));

    /// <inheritdoc/>
    public override string ToString() => _plain?.Name ?? $"{Indexed} / {Rescoring}";
}
