namespace PgEmbed.Postgres.Types;

/// <summary>
/// pgvector's types as <see cref="Npgsql.NpgsqlParameter.DataTypeName"/> wants them. Npgsql finds them in whatever
/// schema the extension was created, on the search path or not.
/// </summary>
/// <example>
/// A <c>float[]</c> is PostgreSQL's <c>real[]</c> until it is told otherwise:
/// <c>new NpgsqlParameter { Value = values, DataTypeName = DataTypeNames.Vector }</c>.
/// </example>
public static class DataTypeNames
{
    /// <summary>32-bit values.</summary>
    public const string Vector = "vector";

    /// <summary>16-bit values.</summary>
    public const string Halfvec = "halfvec";

    /// <summary>Only the values that are not zero, 32-bit.</summary>
    public const string Sparsevec = "sparsevec";

    /// <summary>An array of <see cref="Vector"/>.</summary>
    public const string VectorArray = "vector[]";

    /// <summary>An array of <see cref="Halfvec"/>.</summary>
    public const string HalfvecArray = "halfvec[]";

    /// <summary>An array of <see cref="Sparsevec"/>.</summary>
    public const string SparsevecArray = "sparsevec[]";
}
