using System.Data;
using Dapper;
using Npgsql;

namespace PgEmbed.Postgres.Types;

/// <summary>
/// A vector as a Dapper parameter: <c>new { query = new VectorParameter(values) }</c>. Dapper itself would send a
/// <c>float[]</c> as <c>real[]</c>, which pgvector's operators refuse.
/// </summary>
/// <remarks>Needs no registration of type handlers.</remarks>
public sealed class VectorParameter : SqlMapper.ICustomQueryParameter
{
    private readonly object _value;
    private readonly string _typeName;

    /// <summary>Creates the parameter; null is NULL.</summary>
    /// <param name="values"><c>float[d]</c>; kept, not copied.</param>
    /// <param name="typeName"><see cref="DataTypeNames.Vector"/> or <see cref="DataTypeNames.Halfvec"/>.</param>
    public VectorParameter(float[]? values, string typeName = DataTypeNames.Vector)
    {
        ArgumentException.ThrowIfNullOrEmpty(typeName);
        _value = values is null ? DBNull.Value : values;
        _typeName = typeName;
    }

    /// <inheritdoc cref="VectorParameter(float[], string)"/>
    public VectorParameter(ReadOnlyMemory<float> values, string typeName = DataTypeNames.Vector)
    {
        ArgumentException.ThrowIfNullOrEmpty(typeName);
        _value = values;
        _typeName = typeName;
    }

    void SqlMapper.ICustomQueryParameter.AddParameter(IDbCommand command, string name) =>
        command.Parameters.Add(new NpgsqlParameter { ParameterName = name, Value = _value, DataTypeName = _typeName });
}
