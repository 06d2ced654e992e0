using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed;

/// <summary>
/// How a store keeps its vectors. <see cref="F32"/> and <see cref="F16"/> are one pgvector column each. Any other codec is
/// fitted (<see cref="StoreRecipe.Fit"/>) and has tiers: an indexed form, by which candidates are found, and a rescoring
/// form, by which they are ranked.
/// </summary>
public sealed class Codec
{
    private Codec(string name) => Name = name;

    /// <summary>float32, as the model gives it: pgvector's <c>vector</c>.</summary>
    public static Codec F32 { get; } = new("f32");

    /// <summary>float16, half the size: pgvector's <c>halfvec</c>.</summary>
    public static Codec F16 { get; } = new("f16");

    /// <summary>The codecs that need no fitting, so that a store can begin with them.</summary>
    public static IReadOnlyList<Codec> All { get; } = [F32, F16];

    /// <summary>Its name; of a codec with tiers the recipe that it was fitted by.</summary>
    public string Name { get; }

    /// <summary>The form that is indexed; null where the vectors are as the model gives them.</summary>
    public IndexedForm? Indexed { get; private init; }

    /// <summary>The form by which candidates are ranked; null where the indexed form is all there is.</summary>
    public VectorCodec? Rescoring { get; private init; }

    /// <summary>A codec with two tiers.</summary>
    /// <param name="name">The recipe that both were fitted by.</param>
    /// <param name="indexed">The indexed form.</param>
    /// <param name="rescoring">The rescoring form.</param>
    /// <exception cref="ArgumentException">They are of other dimensions, or under another metric.</exception>
    public static Codec Tiered(string name, IndexedForm indexed, VectorCodec rescoring)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(indexed);
        ArgumentNullException.ThrowIfNull(rescoring);
        if (indexed.Codec.Dimensions != rescoring.Dimensions || indexed.Codec.Metric != rescoring.Metric)
            throw new ArgumentException(
                $"Expected a rescoring form of {indexed.Codec.Dimensions} dimensions under {indexed.Codec.Metric.ToName()}, got "
                + $"one of {rescoring.Dimensions} under {rescoring.Metric.ToName()}.",
                nameof(rescoring));
        return new Codec(name) { Indexed = indexed, Rescoring = rescoring };
    }

    /// <summary>Reads the name of a codec that needs no fitting.</summary>
    /// <exception cref="FormatException">There is no such codec.</exception>
    public static Codec Parse(string name) =>
        All.FirstOrDefault(codec => codec.Name == name)
        ?? throw new FormatException($"Expected a codec ({string.Join(", ", All.Select(c => c.Name))}), got '{name}'.");

    /// <summary>Bytes that one vector takes in all its forms, a row's and an index's own aside.</summary>
    /// <param name="dimensions">The length of the vectors.</param>
    public int BytesPerVector(int dimensions) => this switch
    {
        { Indexed: { } indexed } => indexed.Bytes + Rescoring!.CodeBytes,
        _ when this == F16 => new Float16Quantizer(dimensions).CodeBytes,
        _ => new Float32Quantizer(dimensions).CodeBytes,
    };

    /// <inheritdoc/>
    public override string ToString() => Name;
}
