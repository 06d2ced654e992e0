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

    internal CollectionInfo? Info { get; init; }

    /// <summary>Whether the index is on the column as it is, not on an expression over it.</summary>
    internal bool IsPlainColumn => Expression == SqlName.Quote(Column);

    /// <summary>The operator in its qualified form.</summary>
    internal string OperatorSql => $"OPERATOR({SqlName.Quote(Extension.Schema)}.{OperatorClass.Operator})";

    /// <summary>The type of what is indexed, as a cast says it.</summary>
    internal string TypeSql => OperatorClass.Type.Sql(Extension, Dimensions);

    /// <summary>What is indexed, and by which metric, for messages.</summary>
    internal string Description =>
        $"{TableSql} ({Expression}), {OperatorClass.Metric.ToName()}{(Filter is null ? "" : $" WHERE {Filter}")}";
}
