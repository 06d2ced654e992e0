using System.ComponentModel.DataAnnotations.Schema;
using System.Reflection;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Mapping;

/// <summary>A property that leads to another table's row, or rows. It is never read or written, only filtered by.</summary>
/// <param name="Property">The property's name.</param>
/// <param name="RowType">The type of the other table's rows.</param>
/// <param name="Schema">The other table's schema.</param>
/// <param name="Table">The other table.</param>
/// <param name="Key">The own property that is compared.</param>
/// <param name="OtherKey">The other table's property that it is compared with.</param>
/// <param name="Many">Whether there may be several rows.</param>
internal sealed record Relation(
    string Property, Type RowType, string Schema, string Table, string Key, PropertyInfo OtherKey, bool Many)
{
    /// <summary>The other table's column that is compared.</summary>
    public string OtherKeyColumn => ColumnOf(OtherKey);

    /// <summary>The relation as filters use it.</summary>
    /// <param name="columns">The own table's column of each mapped property.</param>
    /// <param name="tables">The tables that were read.</param>
    /// <exception cref="PgEmbedException">The other table was not read, or the own key is not mapped.</exception>
    public RelatedTable Bind(IReadOnlyDictionary<string, SourceColumn> columns, IEnumerable<SourceTable> tables)
    {
        var table = tables.FirstOrDefault(t => t.Schema == Schema && t.Name == Table) ?? throw new PgEmbedException(
            $"Expected to know table {SqlName.Qualify(Schema, Table)}, which property {Property} leads to.",
            "Open the collection through PgEmbedClient, which reads it.");
        if (!columns.TryGetValue(Key, out var key))
            throw new PgEmbedException($"Expected property {Key}, by which {Property} is found, to be mapped to a column.");
        var others = new Dictionary<string, SourceColumn>(StringComparer.Ordinal);
        foreach (var property in RowType.GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (table.Columns.FirstOrDefault(c => c.Name == ColumnOf(property)) is { } column)
                others[property.Name] = column;
        }

        return new RelatedTable(
            table,
            key,
            table.Column(OtherKeyColumn),
            Many,
            new FilterTable(RowType, others, new Dictionary<string, RelatedTable>()));
    }

    private static string ColumnOf(PropertyInfo property) =>
        property.GetCustomAttribute<ColumnAttribute>()?.Name
        ?? SnakeCase.Of(property.Name);
}
