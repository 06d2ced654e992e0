using FsCheck;
using FsCheck.Fluent;

namespace PgEmbed.Postgres.Tests.Types;

/// <summary>
/// A vector to try, made from a seed, so that a failure prints three numbers and not 16,000. <paramref name="Offset"/>
/// is how many bytes go before it on the wire, which moves where it is cut into pieces.
/// </summary>
public sealed record VectorCase(int Seed, int Length, int Offset)
{
    private static readonly float[] ExtremeSingles =
    [
        0f, -0f, 1f, -1f, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue, 1.17549435e-38f,
        1.17549421e-38f, 0.1f, 16_777_217f,
    ];

    private static readonly Half[] ExtremeHalves =
    [
        (Half)0f, (Half)(-0f), Half.One, Half.Epsilon, -Half.Epsilon, Half.MaxValue, Half.MinValue, (Half)6.1035e-5f,
        (Half)6.0976e-5f, (Half)0.1f,
    ];

    public static Arbitrary<VectorCase> Any { get; } = Arb.From(
        from seed in Gen.Choose(0, int.MaxValue)
        from length in Gen.Frequency(
            (6, Gen.Choose(1, 40)),
            (3, Gen.Choose(900, 2200)),
            (1, Gen.Choose(15_900, VectorSpace.MaxDimensions)),
            (1, Gen.Elements(1, VectorSpace.MaxDimensions)))
        from offset in Gen.OneOf(Gen.Choose(0, 4), Gen.Choose(3900, 4200), Gen.Choose(0, 9000))
        select new VectorCase(seed, length, offset));

    public string Filler() => new('x', Offset);

    /// <summary>Finite values of every magnitude, with the extremes among them.</summary>
    public float[] Singles()
    {
        var random = new Random(Seed);
        return Make(() => random.Next(4) switch
        {
            0 => ExtremeSingles[random.Next(ExtremeSingles.Length)],
            1 => random.NextSingle(),
            _ => BitConverter.Int32BitsToSingle((int)random.NextInt64(int.MinValue, 1L + int.MaxValue)),
        }, float.IsFinite);
    }

    /// <inheritdoc cref="Singles"/>
    public Half[] Halves()
    {
        var random = new Random(Seed);
        return Make(() => random.Next(4) switch
        {
            0 => ExtremeHalves[random.Next(ExtremeHalves.Length)],
            1 => (Half)random.NextSingle(),
            _ => BitConverter.Int16BitsToHalf((short)random.Next(short.MinValue, short.MaxValue + 1)),
        }, Half.IsFinite);
    }

    /// <summary>Floats in the range of a Half, with those among them that lie between two.</summary>
    public float[] SinglesForHalf()
    {
        var random = new Random(Seed);
        return Make(() => random.Next(3) switch
        {
            0 => (float)BitConverter.Int16BitsToHalf((short)random.Next(short.MinValue, short.MaxValue + 1))
                * (1 + (random.Next(-1, 2) / 2048f)),
            1 => BitConverter.Int32BitsToSingle((int)random.NextInt64(int.MinValue, 1L + int.MaxValue)),
            _ => random.Next(2) == 0 ? 65_519.996f : -65_504f,
        }, value => Math.Abs(value) < 65_520f);
    }

    /// <summary>The values that are not zero of a sparse vector, by position; possibly none.</summary>
    public (int Dimensions, SortedDictionary<int, float> Values) Sparse()
    {
        var random = new Random(Seed);
        var dimensions = random.Next(3) switch
        {
            0 => Length,
            1 => random.Next(Length, Length * 10),
            _ => SparseVector.MaxDimensions,
        };
        var values = new SortedDictionary<int, float>();
        foreach (var value in Singles().Skip(random.Next(2)))
        {
            if (value != 0)
                values[random.Next(4) == 0 ? dimensions - 1 : random.Next(dimensions)] = value;
        }

        return (dimensions, values);
    }

    private T[] Make<T>(Func<T> next, Func<T, bool> accept)
    {
        var values = new T[Length];
        for (var i = 0; i < values.Length; i++)
        {
            do
                values[i] = next();
            while (!accept(values[i]));
        }

        return values;
    }
}
