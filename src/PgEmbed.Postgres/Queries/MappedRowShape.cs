using System.Linq.Expressions;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Queries;

/// <summary>Rows of a mapped type.</summary>
internal sealed class MappedRowShape<T>(RowMap<T> map) : IRowShape<T>
{
    public IReadOnlyList<SourceColumn> Columns => map.Columns;

    public T Read(NpgsqlDataReader reader, int firstColumn) => map.Read(reader, firstColumn);

    public string Translate(Expression<Func<T, bool>> filter, string alias, SqlParameters parameters) =>
        FilterTranslator.Translate(filter, map, alias, parameters);

    public Projection<TResult> Project<TResult>(Expression<Func<T, TResult>> selector) =>
        ProjectionCompiler<T>.Compile(selector, map);
}
