using System.Linq.Expressions;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Queries;

/// <summary>What a query's rows are: which columns are read, how rows are made of them, how a C# filter becomes SQL.</summary>
/// <typeparam name="T">The row.</typeparam>
internal interface IRowShape<T>
{
    /// <summary>The columns of a whole row.</summary>
    IReadOnlyList<SourceColumn> Columns { get; }

    /// <summary>Makes a row; its columns begin at the given place.</summary>
    T Read(NpgsqlDataReader reader, int firstColumn);

    /// <summary>Translates a filter.</summary>
    /// <exception cref="Filters.FilterNotSupportedException">A part of it has no translation.</exception>
    string Translate(Expression<Func<T, bool>> filter, string alias, SqlParameters parameters);

    /// <summary>Compiles a projection.</summary>
    /// <exception cref="PgEmbedException">It reads a property that is not mapped.</exception>
    Projection<TResult> Project<TResult>(Expression<Func<T, TResult>> selector);
}
