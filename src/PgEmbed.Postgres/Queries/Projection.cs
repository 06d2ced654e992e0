using Npgsql;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Queries;

/// <summary>What is made of a row: the columns that it takes, and how.</summary>
/// <param name="Columns">The columns.</param>
/// <param name="Read">Reads the row that the reader stands at. The columns begin at 1.</param>
/// <typeparam name="TResult">What comes of it.</typeparam>
internal sealed record Projection<TResult>(IReadOnlyList<SourceColumn> Columns, Func<NpgsqlDataReader, TResult> Read);
