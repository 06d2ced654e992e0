using System.Buffers;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Characters written one after another into a pooled array that grows.</summary>
internal sealed class CharBuffer(int capacity) : IDisposable
{
    private char[] _chars = ArrayPool<char>.Shared.Rent(Math.Max(capacity, 16));
    private int _length;

    public ReadOnlySpan<char> Written => _chars.AsSpan(0, _length);

    public void Append(ReadOnlySpan<char> values)
    {
        values.CopyTo(Reserve(values.Length));
        _length += values.Length;
    }

    /// <summary>Room for at least this many more; what is written there counts after <see cref="Advance"/>.</summary>
    public Span<char> Reserve(int count)
    {
        if (_chars.Length - _length < count)
            Grow(checked(_length + count));
        return _chars.AsSpan(_length);
    }

    public void Advance(int count) => _length += count;

    public void Clear() => _length = 0;

    /// <summary>Takes some of what is written away.</summary>
    public void Remove(int start, int count)
    {
        Written[(start + count)..].CopyTo(_chars.AsSpan(start));
        _length -= count;
    }

    public void Dispose()
    {
        ArrayPool<char>.Shared.Return(_chars);
        _chars = [];
    }

    private void Grow(int needed)
    {
        var doubled = (int)Math.Min(Array.MaxLength, _chars.Length * 2L);
        var grown = ArrayPool<char>.Shared.Rent(Math.Max(doubled, needed));
        Written.CopyTo(grown);
        ArrayPool<char>.Shared.Return(_chars);
        _chars = grown;
    }
}
