using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// Drops an index: concurrently, which waits for the searches that use it and keeps nobody else waiting; the index of a
/// partitioned table, for which there is no such way, as short DDL.
/// </summary>
internal static class IndexDrop
{
    public static async Task RunAsync(
        NpgsqlConnection connection, HnswIndex index, ShortDdl ddl, CancellationToken cancellationToken)
    {
        if (index.IsPartitioned)
        {
            await ddl.RunAsync(connection, [index.DropStatement], cancellationToken).ConfigureAwait(false);
            return;
        }

        var command = connection.Command(index.DropStatement);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
