using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Filters;

/// <summary>A table that a property leads to.</summary>
/// <param name="Source">The table.</param>
/// <param name="Key">The column of the row's own table that is compared.</param>
/// <param name="OtherKey">The column of the related table that it is compared with.</param>
/// <param name="Many">Whether there may be several rows; else the other key is unique.</param>
/// <param name="Rows">The related table's properties and columns.</param>
internal sealed record RelatedTable(
    SourceTable Source, SourceColumn Key, SourceColumn OtherKey, bool Many, FilterTable Rows)
{
    /// <summary>The related row or rows of a row.</summary>
    /// <param name="ownAlias">The alias of the row's own table.</param>
    /// <param name="alias">The alias that the related table is to have.</param>
    public JoinedRow Of(string ownAlias, string alias) => new(
        Source.Sql,
        alias,
        $"{alias}.{SqlName.Quote(OtherKey.Name)} = {ownAlias}.{SqlName.Quote(Key.Name)}");
}
