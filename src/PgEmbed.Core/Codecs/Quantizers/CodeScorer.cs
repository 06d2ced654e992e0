namespace PgEmbed.Codecs.Quantizers;

/// <summary>Inner products of one query with codes. Safe to use from many threads.</summary>
public abstract class CodeScorer
{
    /// <summary>The inner product of the query and the vector that a code stands for.</summary>
    /// <param name="code">The code; bytes behind it are passed over.</param>
    public abstract float Dot(ReadOnlySpan<byte> code);

    /// <summary>The inner products with many codes.</summary>
    /// <param name="codes">The codes, each <paramref name="stride"/> bytes behind the one before.</param>
    /// <param name="stride">The distance between two codes in bytes.</param>
    /// <param name="products">Where to: <c>float[n]</c>.</param>
    public virtual void Dot(ReadOnlySpan<byte> codes, int stride, Span<float> products)
    {
        for (var i = 0; i < products.Length; i++)
            products[i] = Dot(codes[(i * stride)..]);
    }
}
