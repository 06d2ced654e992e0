using System.Collections;
using Npgsql;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Indexes.Checking;

/// <summary>A query in the form of the column: what a parameter takes, and how it is moved off its place.</summary>
/// <param name="Value">float[], Half[], BitArray or <see cref="SparseVector"/>.</param>
internal sealed record QueryVector(object Value)
{
    /// <summary>A query from values, for a column of a type.</summary>
    private static QueryVector Of(ReadOnlySpan<float> values, IndexedType type)
    {
        switch (type)
        {
            case IndexedType.Vector:
                return new QueryVector(values.ToArray());
            case IndexedType.Halfvec:
                return new QueryVector(Array.ConvertAll(values.ToArray(), value => (Half)value));
            case IndexedType.Sparsevec:
                return new QueryVector(SparseVector.FromDense(values));
            default:
                var bits = new BitArray(values.Length);
                for (var i = 0; i < values.Length; i++)
                    bits[i] = values[i] > 0;
                return new QueryVector(bits);
        }
    }

    /// <summary>A query that was given, for the column of a target.</summary>
    /// <exception cref="InvalidVectorException">It has other dimensions.</exception>
    public static QueryVector Of(ReadOnlyMemory<float> values, IndexTarget target)
    {
        var form = target.Info?.Store.Codec.Indexed;
        var dimensions = form?.Codec.Dimensions ?? target.Dimensions;
        if (values.Length != dimensions)
            throw new InvalidVectorException(
                $"Expected queries of {dimensions} dimensions for {target.TableSql}, got {values.Length}.");
        return form switch
        {
            null => Of(values.Span, target.ColumnType),
            { IsBits: true } => new QueryVector(VectorForms.Bits(form, values.Span)),
            _ => Of(VectorForms.Values(form, values.Span), target.ColumnType),
        };
    }

    /// <summary>A stored vector.</summary>
    public static QueryVector Read(NpgsqlDataReader reader, int column) =>
        // Npgsql reads bit(1) as a truth value.
        new(reader.GetValue(column) is bool bit ? new BitArray(1, bit) : reader.GetValue(column));

    /// <summary>The parameter, its type said where Npgsql would take another.</summary>
    public NpgsqlParameter Parameter(IndexTarget target) => Value switch
    {
        BitArray bits => new NpgsqlParameter { Value = bits, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Varbit },
        _ => new NpgsqlParameter
        {
            Value = Value,
            DataTypeName = $"{target.Extension.Schema}.{target.ColumnType.ToName()}",
        },
    };

    /// <summary>Whether it has no direction, so that no cosine distance to it exists.</summary>
    public bool IsZero => Value switch
    {
        float[] values => Array.TrueForAll(values, value => value == 0),
        Half[] values => Array.TrueForAll(values, value => value == Half.Zero),
        SparseVector sparse => sparse.NonZero == 0,
        _ => false,
    };

    /// <summary>The query moved by a distance in a direction drawn at random: L2, or for bits how many are turned.</summary>
    public QueryVector Moved(double distance, Random random) => Value switch
    {
        float[] values => new QueryVector(Moved(values, distance, random)),
        Half[] values => new QueryVector(Array.ConvertAll(
            Moved(Array.ConvertAll(values, value => (float)value), distance, random), value => (Half)value)),
        SparseVector sparse => new QueryVector(new SparseVector(
            sparse.Dimensions, sparse.Indices.Span, Moved(sparse.Values.ToArray(), distance, random))),
        BitArray bits => new QueryVector(Turned(bits, (int)Math.Round(distance), random)),
        _ => this,
    };

#pragma warning disable CA5394 // No secret: the same seed is to give the same queries.
    private static float[] Moved(float[] values, double distance, Random random)
    {
        var direction = new double[values.Length];
        for (var i = 0; i < direction.Length; i++)
            direction[i] = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
        var length = Math.Sqrt(direction.Sum(value => value * value));
        if (length == 0)
            return values;
        return [.. values.Select((value, i) => (float)(value + (direction[i] * distance / length)))];
    }

    private static BitArray Turned(BitArray bits, int count, Random random)
    {
        var turned = new BitArray(bits);
        for (var i = 0; i < Math.Min(count, bits.Length); i++)
        {
            var at = random.Next(bits.Length);
            turned[at] = !turned[at];
        }

        return turned;
    }
#pragma warning restore CA5394
}
