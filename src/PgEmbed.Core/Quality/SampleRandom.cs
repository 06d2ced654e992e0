namespace PgEmbed.Quality;

/// <summary>
/// SplitMix64: the same numbers from the same seed under every version of .NET, which <see cref="Random"/> does not
/// promise, so that an interval that was printed once can be printed again.
/// </summary>
internal struct SampleRandom(ulong seed)
{
    private ulong _state = seed;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>0 to count − 1.</summary>
    public int Next(int count) => (int)Math.BigMul(Next(), (ulong)count, out _);
}
