using System.Numerics;

namespace PgEmbed.Codecs;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014, doi:10.1145/2660193.2660195): random numbers that are the same on every
/// machine and in every version of .NET, which <see cref="Random"/> does not promise.
/// </summary>
internal sealed class SplitMix(ulong seed)
{
    private ulong _state = seed;

    /// <summary>64 random bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>A whole number from 0 up to a bound, without it.</summary>
    public int Next(int bound)
    {
        var product = Math.BigMul(Next(), (ulong)bound, out _);
        return (int)product;
    }

    /// <summary>A number from 0 up to 1, without it.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>A number of the standard normal distribution, by Box and Muller.</summary>
    public double NextGaussian()
    {
        var radius = Math.Sqrt(-2 * Math.Log(1 - NextDouble()));
        return radius * Math.Cos(2 * Math.PI * NextDouble());
    }

    /// <summary>Distinct whole numbers below a bound, in random order.</summary>
    public int[] Sample(int bound, int count)
    {
        var all = new int[bound];
        for (var i = 0; i < bound; i++)
            all[i] = i;
        for (var i = 0; i < count; i++)
        {
            var j = i + Next(bound - i);
            (all[i], all[j]) = (all[j], all[i]);
        }

        return all[..count];
    }
}
