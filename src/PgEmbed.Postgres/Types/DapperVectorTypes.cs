using Dapper;
using Npgsql;
using Pgvector;

namespace PgEmbed.Postgres.Types;

/// <summary>Dapper parameters and results of pgvector's types.</summary>
public static class DapperVectorTypes
{
    /// <summary>
    /// Registers type handlers for <c>Pgvector.Vector</c>, <c>ReadOnlyMemory&lt;float&gt;</c>, <c>Half[]</c>,
    /// <c>ReadOnlyMemory&lt;Half&gt;</c> and <see cref="SparseVector"/>, for the whole process as Dapper does it.
    /// Repeating it does no harm.
    /// </summary>
    /// <remarks>
    /// The data source needs <see cref="PgEmbedTypeMapperExtensions.UsePgEmbed"/> too. <c>float[]</c> gets no handler,
    /// since that would change every <c>float[]</c> parameter of the process: as a parameter use
    /// <see cref="VectorParameter"/>; as a property of a result it works without one.
    /// </remarks>
    public static void Register()
    {
        Add<Vector>(static value => value is float[] values ? new Vector(values) : null);
        Add<ReadOnlyMemory<float>>(static value => value is float[] values ? (ReadOnlyMemory<float>)values : null);
        Add<Half[]>(static value => value as Half[]);
        Add<ReadOnlyMemory<Half>>(static value => value is Half[] values ? (ReadOnlyMemory<Half>)values : null);
        Add<SparseVector>(static value => value as SparseVector);
    }

    private static void Add<T>(Func<object, object?> convert) =>
        SqlMapper.AddTypeHandler(typeof(T), new VectorTypeHandler(convert));
}
