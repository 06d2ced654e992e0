namespace PgEmbed;

/// <summary>
/// A codec for which pgvector has a column type, so that a store keeps its vectors in it. Codecs that are fitted and make
/// bytes are <see cref="Codecs.VectorCodec"/>.
/// </summary>
public sealed class Codec
{
    private Codec(string name, int bytesPerDimension)
    {
        Name = name;
        BytesPerDimension = bytesPerDimension;
    }

    /// <summary>float32, as the model gives it: pgvector's <c>vector</c>.</summary>
    public static Codec F32 { get; } = new("f32", 4);

    /// <summary>float16, half the size: pgvector's <c>halfvec</c>.</summary>
    public static Codec F16 { get; } = new("f16", 2);

    /// <summary>The codecs there are.</summary>
    public static IReadOnlyList<Codec> All { get; } = [F32, F16];

    /// <summary>The codec's name in the catalog, SQL and the command line.</summary>
    public string Name { get; }

    /// <summary>Bytes that one dimension takes.</summary>
    public int BytesPerDimension { get; }

    /// <summary>Reads a codec's name.</summary>
    /// <exception cref="FormatException">There is no such codec.</exception>
    public static Codec Parse(string name) =>
        All.FirstOrDefault(codec => codec.Name == name)
        ?? throw new FormatException($"Expected a codec ({string.Join(", ", All.Select(c => c.Name))}), got '{name}'.");

    /// <inheritdoc/>
    public override string ToString() => Name;
}
