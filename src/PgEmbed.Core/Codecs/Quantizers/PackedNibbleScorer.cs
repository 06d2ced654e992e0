namespace PgEmbed.Codecs.Quantizers;

/// <summary>
/// Scores codes of two 4-bit levels a byte by a table a byte position: 256 sums of two products each, looked up.
/// </summary>
internal sealed class PackedNibbleScorer : CodeScorer
{
    private readonly float[] _table;
    private readonly float _offset;

    /// <summary>Where a level's value is the level itself.</summary>
    /// <param name="weights">What each dimension's level is multiplied with.</param>
    /// <param name="offset">What is added.</param>
    public PackedNibbleScorer(float[] weights, float offset)
        : this(weights, null, offset)
    {
    }

    /// <summary>Where a level stands for a value of a grid.</summary>
    /// <param name="weights">What each dimension's value is multiplied with.</param>
    /// <param name="grid">The 16 values; null for 0 to 15.</param>
    /// <param name="offset">What is added.</param>
    public PackedNibbleScorer(float[] weights, float[]? grid, float offset)
    {
        _offset = offset;
        var bytes = (weights.Length + 1) / 2;
        _table = new float[bytes * 256];
        for (var position = 0; position < bytes; position++)
        {
            var low = weights[2 * position];
            var high = (2 * position) + 1 < weights.Length ? weights[(2 * position) + 1] : 0;
            for (var value = 0; value < 256; value++)
                _table[(position << 8) | value] = (low * Level(value & 15)) + (high * Level(value >> 4));
        }

        float Level(int level) => grid is null ? level : grid[level];
    }

    /// <inheritdoc/>
    public override float Dot(ReadOnlySpan<byte> code)
    {
        var table = _table;
        code = code[..(table.Length >> 8)];
        float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
        var i = 0;
        for (; i <= code.Length - 4; i += 4)
        {
            s0 += table[(i << 8) | code[i]];
            s1 += table[((i + 1) << 8) | code[i + 1]];
            s2 += table[((i + 2) << 8) | code[i + 2]];
            s3 += table[((i + 3) << 8) | code[i + 3]];
        }

        for (; i < code.Length; i++)
            s0 += table[(i << 8) | code[i]];
        return _offset + s0 + s1 + (s2 + s3);
    }
}
