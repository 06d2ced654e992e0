using System.Buffers;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Code points written one after another into a pooled array that grows.</summary>
internal sealed class CodePointBuffer(int capacity) : IDisposable
{
    private int[] _values = ArrayPool<int>.Shared.Rent(Math.Max(capacity, 16));
    private int _count;

    public Span<int> Written => _values.AsSpan(0, _count);

    public void Add(int codePoint)
    {
        if (_count == _values.Length)
            Grow();
        _values[_count++] = codePoint;
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_values);
        _values = [];
    }

    private void Grow()
    {
        var grown = ArrayPool<int>.Shared.Rent(checked(_values.Length * 2));
        Written.CopyTo(grown);
        ArrayPool<int>.Shared.Return(_values);
        _values = grown;
    }
}
