using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes;

/// <summary>What an HNSW index is over: a store, or a column of any table, or an expression over one.</summary>
/// <remarks>Made by <see cref="IndexManager"/>, which checks that type, metric and dimensions can be indexed.</remarks>
public sealed record IndexTarget
{
    /// <summary>The schema of the table.</summary>
    public required string Schema { get; init; }

    /// <summary>The table.</summary>
    public required string Table { get; init; }

    /// <summary>What is indexed, as SQL over the table's columns: the quoted column, or an expression over it.</summary>
    public required string Expression { get; init; }

    /// <summary>The column that holds the vectors.</summary>
    public required string Column { get; init; }

    /// <summary>The column's type.</summary>
    public required IndexedType ColumnType { get; init; }

    /// <summary>Type and metric, and with them the operator class and the operator.</summary>
    public required HnswOperatorClass OperatorClass { get; init; }

    /// <summary>The dimensions of what is indexed.</summary>
    public required int Dimensions { get; init; }

    /// <summary>The condition of a partial index over the table's columns, in SQL; null: all rows.</summary>
    public string? Filter { get; init; }

    /// <summary>The collection that the store serves; null where the table is no store.</summary>
    public string? Collection => Info?.Name;

    /// <summary>The store; null where the table is none.</summary>
    public int? StoreId => Info?.Store.Id;

    /// <summary>Where pgvector is in the database.</summary>
    public required VectorExtension Extension { get; init; }

    /// <summary>The table as a statement names it.</summary>
    public string TableSql => SqlName.Qualify(Schema, Table);

    /// <summary>What is indexed, over another value of the column's type than the column itself.</summary>
    internal string ExpressionOver(string value) => Over(value, ColumnType, OperatorClass.Type, Extension, Dimensions);

    /// <summary>A value of the column's type as the type that is indexed.</summary>
    internal static string Over(
        string value, IndexedType from, IndexedType to, VectorExtension extension, int dimensions) => (from, to) switch
        {
            _ when from == to => value,
            (IndexedType.Vector or IndexedType.Halfvec, IndexedType.Bit) =>
                $"({SqlName.Qualify(extension.Schema, "binary_quantize")}({value})::{to.Sql(extension, dimensions)})",
            (IndexedType.Vector or IndexedType.Halfvec, IndexedType.Vector or IndexedType.Halfvec) =>
                $"({value}::{to.Sql(extension, dimensions)})",
            _ => throw new PgEmbedException(
                $"Expected vector or halfvec to be indexed as {to.ToName()}, got {from.ToName()}."),
        };

    internal CollectionInfo? Info { get; init; }

    /// <summary>Throws unless a space's vectors can be compared with those that are indexed.</summary>
    /// <exception cref="SpaceMismatchException">The collection is in another space.</exception>
    /// <exception cref="PgEmbedException">The table, whose space nobody knows, has other dimensions.</exception>
    public void MustBeIn(VectorSpace space)
    {
        ArgumentNullException.ThrowIfNull(space);
        if (Info is not null && !Info.Store.Space.Equals(space))
            throw new SpaceMismatchException(Info.Store.Space.ToString(), space.ToString());
        if (Info is null && space.Dimensions != Dimensions)
            throw new PgEmbedException(
                $"Expected a model of {Dimensions} dimensions for {TableSql}, got {space}.",
                "Name the model that made the table's vectors.");
    }

    /// <summary>Whether the index is on the column as it is, not on an expression over it.</summary>
    internal bool IsPlainColumn => Expression == SqlName.Quote(Column);

    /// <summary>The operator in its qualified form.</summary>
    internal string OperatorSql => $"OPERATOR({SqlName.Quote(Extension.Schema)}.{OperatorClass.Operator})";

    /// <summary>The column's type, as a cast says it.</summary>
    internal string ColumnTypeSql => ColumnType.Sql(Extension, Dimensions);

    /// <summary>What is indexed, and by which metric, for messages.</summary>
    internal string Description =>
        $"{TableSql} ({Expression}), {OperatorClass.Metric.ToName()}{(Filter is null ? "" : $" WHERE {Filter}")}";
}
