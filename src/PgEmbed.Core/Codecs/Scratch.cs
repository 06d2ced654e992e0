using System.Buffers;

namespace PgEmbed.Codecs;

/// <summary>Pooled floats for the length of a call.</summary>
internal readonly ref struct Scratch : IDisposable
{
    private readonly float[] _values;
    private readonly int _length;

    public Scratch(int length)
    {
        _length = length;
        _values = ArrayPool<float>.Shared.Rent(length);
    }

    /// <summary>As many floats as were asked for; what they are is not defined.</summary>
    public Span<float> Span => _values.AsSpan(0, _length);

    public void Dispose() => ArrayPool<float>.Shared.Return(_values);
}
