using System.Globalization;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Indexes;

/// <summary>Names, limits and sizes of the types that HNSW indexes.</summary>
public static class IndexedTypeExtensions
{
    /// <summary>The type's name in SQL, without schema.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the enumeration's.</exception>
    public static string ToName(this IndexedType type) => type switch
    {
        IndexedType.Vector => "vector",
        IndexedType.Halfvec => "halfvec",
        IndexedType.Bit => "bit",
        IndexedType.Sparsevec => "sparsevec",
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type that HNSW indexes."),
    };

    /// <summary>Reads a type's name.</summary>
    /// <exception cref="FormatException">The name is none of <c>vector</c>, <c>halfvec</c>, <c>bit</c>, <c>sparsevec</c>.</exception>
    public static IndexedType Parse(string name) => TryParse(name)
        ?? throw new FormatException($"Expected a type (vector, halfvec, bit or sparsevec), got '{name}'.");

    /// <summary>
    /// The most that an index takes: dimensions, or for <see cref="IndexedType.Sparsevec"/> values that are not zero.
    /// </summary>
    public static int MaxIndexed(this IndexedType type) => type switch
    {
        IndexedType.Vector => 2_000,
        IndexedType.Halfvec => 4_000,
        IndexedType.Bit => 64_000,
        IndexedType.Sparsevec => 1_000,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Not a type that HNSW indexes."),
    };

    internal static IndexedType? TryParse(string name) => name switch
    {
        "vector" => IndexedType.Vector,
        "halfvec" => IndexedType.Halfvec,
        "bit" => IndexedType.Bit,
        "sparsevec" => IndexedType.Sparsevec,
        _ => null,
    };

    /// <summary>The type that a codec's vectors are indexed as.</summary>
    internal static IndexedType Of(Codec codec) =>
        codec.Indexed is { } form ? Of(form) : codec == Codec.F16 ? IndexedType.Halfvec : IndexedType.Vector;

    /// <summary>The type of an indexed form.</summary>
    internal static IndexedType Of(IndexedForm form) =>
        form.IsBits ? IndexedType.Bit : form.IsHalf ? IndexedType.Halfvec : IndexedType.Vector;

    /// <summary>The type with its dimensions, as a cast or a column definition says it.</summary>
    internal static string Sql(this IndexedType type, VectorExtension extension, int dimensions)
    {
        var name = type == IndexedType.Bit ? "pg_catalog.bit" : extension.Type(type.ToName());
        return string.Create(CultureInfo.InvariantCulture, $"{name}({dimensions})");
    }

    /// <summary>
    /// Bytes of one value in an index, its header included. For <see cref="IndexedType.Sparsevec"/> it depends on the
    /// values that are not zero, 8 bytes each.
    /// </summary>
    internal static double ValueBytes(this IndexedType type, int dimensions, double nonZero = 0) => type switch
    {
        IndexedType.Vector => 8 + (4.0 * dimensions),
        IndexedType.Halfvec => 8 + (2.0 * dimensions),
        IndexedType.Bit => 8 + ((dimensions + 7) / 8),
        _ => 16 + (8 * nonZero),
    };
}
