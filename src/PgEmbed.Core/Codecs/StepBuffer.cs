using System.Buffers;

namespace PgEmbed.Codecs;

/// <summary>A value on its way through several steps: each reads <see cref="Current"/> and gives the next one.</summary>
internal ref struct StepBuffer : IDisposable
{
    private readonly float[] _memory;
    private readonly int _longest;
    private bool _second;

    public StepBuffer(int longest)
    {
        _longest = longest;
        _memory = ArrayPool<float>.Shared.Rent(2 * longest);
    }

    /// <summary>The value, in memory for the longest one.</summary>
    public readonly Span<float> Current => _memory.AsSpan(_second ? _longest : 0, _longest);

    /// <summary>Where the next step writes.</summary>
    public readonly Span<float> Next => _memory.AsSpan(_second ? 0 : _longest, _longest);

    /// <summary>What was written is the value now.</summary>
    public void Swap() => _second = !_second;

    public readonly void Dispose() => ArrayPool<float>.Shared.Return(_memory);
}
