using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes;

/// <summary>
/// The conditions of a store's partial indexes in other words than the store's own: over the collection's table, or over
/// another store of it. The server words them: a temporary table of the same shape gets an index on each condition, then
/// its columns the other names. Nothing of it stays.
/// </summary>
internal static class PartialIndexFilters
{
    private const string Shape = "_pgembed_shape";

    // A column that the other has not; no condition with it can be said there.
    private const string Missing = "_pgembed_missing_";

    /// <summary>Over the collection's table.</summary>
    public static async Task<IReadOnlyList<string>> OfAsync(
        NpgsqlConnection connection, CollectionInfo collection, CancellationToken cancellationToken) =>
        [.. (await SayAsync(connection, collection, column => column, cancellationToken).ConfigureAwait(false))
            .Select(said => said.Condition).OfType<string>()];

    /// <summary>Over another store, with the index that each is of.</summary>
    /// <returns>A null condition where the other store does not carry a column that it needs.</returns>
    public static Task<IReadOnlyList<(HnswIndex Index, string? Condition)>> OverAsync(
        NpgsqlConnection connection, CollectionInfo from, CollectionInfo to, CancellationToken cancellationToken) =>
        SayAsync(connection, from, to.StoreColumn, cancellationToken);

    private static async Task<IReadOnlyList<(HnswIndex Index, string? Condition)>> SayAsync(
        NpgsqlConnection connection,
        CollectionInfo from,
        Func<string, string?> name,
        CancellationToken cancellationToken)
    {
        var indexes = (await HnswIndexReader.OfTableAsync(connection, from.Store.Sql, cancellationToken)
            .ConfigureAwait(false))
            .Where(index => index is { Filter: not null, State: HnswIndexState.Valid, IsOurs: true }).ToList();
        if (indexes.Count == 0)
            return [];
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using (transaction.ConfigureAwait(false))
        {
            await RunAsync($"CREATE TEMPORARY TABLE {Shape} (LIKE {from.Store.Sql}) ON COMMIT DROP").ConfigureAwait(false);
            for (var i = 0; i < indexes.Count; i++)
                await RunAsync($"CREATE INDEX {Shape}_{i} ON pg_temp.{Shape} ((1)) WHERE {indexes[i].Filter}").ConfigureAwait(false);
            string[] columns = [.. from.StoreKeys, .. from.StoreCarried, "chunk", "content_hash", "embedding"];
            string?[] names =
            [
                .. from.KeyColumns.Concat(from.CarriedColumns).Select(column => name(column.Name)), null, null, null,
            ];
            // Aside first: one's new name may be another's old.
            for (var i = 0; i < columns.Length; i++)
                await RunAsync(Renamed(columns[i], Missing + i)).ConfigureAwait(false);
            for (var i = 0; i < columns.Length; i++)
            {
                if (names[i] is { } to)
                    await RunAsync(Renamed(Missing + i, to)).ConfigureAwait(false);
            }

            var said = new List<(HnswIndex, string?)>();
            for (var i = 0; i < indexes.Count; i++)
            {
                var condition = await connection.QuerySingleAsync<string>(new CommandDefinition(
                    "SELECT pg_catalog.pg_get_expr(indpred, indrelid) FROM pg_catalog.pg_index "
                    + "WHERE indexrelid = @index::pg_catalog.regclass",
                    new { index = $"pg_temp.{Shape}_{i}" },
                    cancellationToken: cancellationToken)).ConfigureAwait(false);
                said.Add((indexes[i], condition.Contains(Missing, StringComparison.Ordinal) ? null : condition));
            }

            return said;
        }

        Task<int> RunAsync(string sql) => connection.ExecuteAsync(sql, [], cancellationToken);

        static string Renamed(string column, string to) =>
            $"ALTER TABLE pg_temp.{Shape} RENAME COLUMN {SqlName.Quote(column)} TO {SqlName.Quote(to)}";
    }
}
