using System.Numerics.Tensors;

namespace PgEmbed.Codecs.Quantizers;

/// <summary>What fitting a quantizer asks of its sample.</summary>
internal static class QuantizerSample
{
    /// <summary>Throws where a sample can't be fitted on.</summary>
    /// <exception cref="PgEmbedException">It is empty, or a value is not finite.</exception>
    public static void Check(VectorBlock sample)
    {
        ArgumentNullException.ThrowIfNull(sample);
        if (sample.Count == 0)
            throw new PgEmbedException("Expected vectors to fit a codec on, got none.", "Embed some rows first.");
        for (var i = 0; i < sample.Count; i++)
        {
            foreach (var value in sample[i].Span)
            {
                if (!float.IsFinite(value))
                    throw new PgEmbedException($"Expected finite values to fit a codec on, got {value} in vector {i}.");
            }
        }
    }

    /// <summary>The largest magnitude in each dimension, <c>float[d]</c>.</summary>
    public static float[] MaxMagnitudes(VectorBlock sample)
    {
        var largest = new float[sample.Dimensions];
        var magnitude = new float[sample.Dimensions];
        for (var i = 0; i < sample.Count; i++)
        {
            TensorPrimitives.Abs(sample[i].Span, magnitude);
            TensorPrimitives.Max(largest, magnitude, largest);
        }

        return largest;
    }

    /// <summary>One dimension's values, in ascending order.</summary>
    public static float[] Sorted(VectorBlock sample, int dimension)
    {
        var values = new float[sample.Count];
        var all = sample.Values.Span;
        for (var i = 0; i < values.Length; i++)
            values[i] = all[(i * sample.Dimensions) + dimension];
        Array.Sort(values);
        return values;
    }
}
