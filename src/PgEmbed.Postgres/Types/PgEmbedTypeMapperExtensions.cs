using Npgsql.TypeMapping;
using PgEmbed;
using PgEmbed.Postgres.Types;
using PgEmbed.Postgres.Types.Wire;

// In Npgsql's namespace, so that it is found wherever a data source is built.
namespace Npgsql;

/// <summary>Maps pgvector's types.</summary>
public static class PgEmbedTypeMapperExtensions
{
    /// <summary>
    /// Maps pgvector's <c>vector</c>, <c>halfvec</c> and <c>sparsevec</c>, and arrays of them, in binary form both ways.
    /// </summary>
    /// <remarks>
    /// <list type="table">
    /// <listheader><term>PostgreSQL</term><description>.NET; <c>GetValue</c> returns the first</description></listheader>
    /// <item><term>vector</term><description>
    /// <c>float[]</c>, <c>ReadOnlyMemory&lt;float&gt;</c>, <c>Memory&lt;float&gt;</c>, <c>Pgvector.Vector</c>
    /// </description></item>
    /// <item><term>halfvec</term><description>
    /// <c>Half[]</c>, <c>ReadOnlyMemory&lt;Half&gt;</c>, <c>Memory&lt;Half&gt;</c>, and with a conversion <c>float[]</c>,
    /// <c>ReadOnlyMemory&lt;float&gt;</c>, <c>Memory&lt;float&gt;</c>
    /// </description></item>
    /// <item><term>sparsevec</term><description><see cref="SparseVector"/></description></item>
    /// </list>
    /// <para>
    /// A parameter without a type name is <c>vector</c> for <c>ReadOnlyMemory&lt;float&gt;</c>, <c>Memory&lt;float&gt;</c>
    /// and <c>Pgvector.Vector</c>, <c>halfvec</c> for <c>Half</c> in any of the three, <c>sparsevec</c> for
    /// <see cref="SparseVector"/>. A <c>float[]</c> stays PostgreSQL's <c>real[]</c>: give it a name of
    /// <see cref="DataTypeNames"/>, or pass <c>values.AsMemory()</c>.
    /// </para>
    /// <para>
    /// Values are checked before anything is sent: 1 to 16,000 of them, finite, and in the range of a
    /// <see cref="Half"/> for <c>halfvec</c>; otherwise <see cref="InvalidVectorException"/> is thrown. The dimension is
    /// the column's matter and checked by the server.
    /// </para>
    /// <para>
    /// A binary COPY out knows no column types: read it as a type that has a default, such as
    /// <c>ReadOnlyMemory&lt;float&gt;</c>. In a COPY in, a <c>float[]</c> needs its name as anywhere.
    /// </para>
    /// <para>
    /// Npgsql reads a database's types when it first connects: after <c>CREATE EXTENSION vector</c> on an open data
    /// source, call <see cref="NpgsqlConnection.ReloadTypesAsync(CancellationToken)"/>.
    /// </para>
    /// </remarks>
    /// <param name="mapper">A data source builder, slim or not.</param>
    /// <returns>The same builder.</returns>
    public static TMapper UsePgEmbed<TMapper>(this TMapper mapper)
        where TMapper : INpgsqlTypeMapper
    {
        ArgumentNullException.ThrowIfNull(mapper);
#pragma warning disable NPG9001 // Experimental: the one way to register what the folder Wire holds.
        mapper.AddTypeInfoResolverFactory(new VectorTypeInfoResolverFactory());
#pragma warning restore NPG9001
        return mapper;
    }
}
