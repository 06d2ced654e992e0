using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Filters;

/// <summary>The table behind a row type: which property stands for which column, which leads to another table.</summary>
/// <param name="RowType">The row type.</param>
/// <param name="Columns">The column of each mapped property.</param>
/// <param name="Relations">The tables that properties lead to.</param>
internal sealed record FilterTable(
    Type RowType,
    IReadOnlyDictionary<string, SourceColumn> Columns,
    IReadOnlyDictionary<string, RelatedTable> Relations);
