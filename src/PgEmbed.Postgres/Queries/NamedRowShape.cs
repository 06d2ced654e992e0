using System.Linq.Expressions;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Queries;

/// <summary>Rows that are known by their column names only.</summary>
internal sealed class NamedRowShape(SourceTable source) : IRowShape<IReadOnlyDictionary<string, object?>>
{
    public IReadOnlyList<SourceColumn> Columns => source.Columns;

    public IReadOnlyDictionary<string, object?> Read(NpgsqlDataReader reader, int firstColumn)
    {
        var row = new Dictionary<string, object?>(Columns.Count, StringComparer.Ordinal);
        for (var i = 0; i < Columns.Count; i++)
            row[Columns[i].Name] = reader.IsDBNull(firstColumn + i) ? null : reader.GetValue(firstColumn + i);
        return row;
    }

    public string Translate(
        Expression<Func<IReadOnlyDictionary<string, object?>, bool>> filter, string alias, SqlParameters parameters) =>
        throw new FilterNotSupportedException(
            filter, "The rows are known by column names only: write the filter in SQL, or give the collection a row type.");

    public Projection<TResult> Project<TResult>(
        Expression<Func<IReadOnlyDictionary<string, object?>, TResult>> selector)
    {
        var select = selector.Compile();
        return new Projection<TResult>(Columns, reader => select(Read(reader, 1)));
    }
}
