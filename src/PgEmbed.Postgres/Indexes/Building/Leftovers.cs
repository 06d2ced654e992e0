using Dapper;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// What failed builds left. An index is removed only when its name is ours and, under a lock that no build can hold at the
/// same time, it is still invalid: so never one that another session has just finished.
/// </summary>
internal static class Leftovers
{
    /// <summary>Finds them among a list of indexes, partitions' included.</summary>
    public static IReadOnlyList<Leftover> Among(IEnumerable<HnswIndex> indexes) =>
        [.. indexes.SelectMany(Flat)
            .Where(index => index.State == HnswIndexState.Invalid)
            .Select(index => new Leftover(index, index.IsOurs, index.DropStatement))];

    /// <summary>Removes one that is ours.</summary>
    /// <returns>False where it was gone, or had become valid.</returns>
    /// <exception cref="PgEmbedException">It is another's, or its table is locked all the time.</exception>
    public static Task<bool> RemoveAsync(
        NpgsqlConnection connection, Leftover leftover, ShortDdl ddl, CancellationToken cancellationToken)
    {
        if (!leftover.Ours)
            throw new PgEmbedException(
                $"Expected an index of PgEmbed's, got {leftover.Index.Sql}.", $"To remove it: {leftover.DropStatement}");
        return ddl.RunAsync(
            connection,
            async token =>
            {
                // Held by every build on the table from its beginning to its end.
                await connection.ExecuteAsync(
                    $"LOCK TABLE ONLY {leftover.Index.TableSql} IN SHARE UPDATE EXCLUSIVE MODE", [], token)
                    .ConfigureAwait(false);
                var invalid = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(
                    "SELECT EXISTS (SELECT FROM pg_catalog.pg_index WHERE indexrelid = to_regclass(@index) AND NOT indisvalid)",
                    new { index = leftover.Index.Sql },
                    cancellationToken: token)).ConfigureAwait(false);
                if (invalid)
                    await connection.ExecuteAsync($"DROP INDEX {leftover.Index.Sql}", [], token).ConfigureAwait(false);
                return invalid;
            },
            $"DROP INDEX {leftover.Index.Sql}",
            cancellationToken);
    }

    /// <summary>An index and those of its partitions.</summary>
    public static IEnumerable<HnswIndex> Flat(HnswIndex index) => [index, .. index.Partitions.SelectMany(Flat)];
}
