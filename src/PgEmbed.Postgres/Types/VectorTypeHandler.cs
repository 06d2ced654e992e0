using System.Data;
using Dapper;

namespace PgEmbed.Postgres.Types;

/// <summary>
/// Hands a value to Npgsql as it is, whose mapping knows its PostgreSQL type, and makes a value of what an untyped read
/// returns.
/// </summary>
/// <param name="convert">From what Npgsql returned; null where it is of another type.</param>
internal sealed class VectorTypeHandler(Func<object, object?> convert) : SqlMapper.ITypeHandler
{
    public void SetValue(IDbDataParameter parameter, object value) => parameter.Value = value;

    public object? Parse(Type destinationType, object value) =>
        value is DBNull
            ? null
            : convert(value) ?? throw new InvalidCastException(
                $"Expected a column of one of pgvector's types for {destinationType}, got {value.GetType()}.");
}
