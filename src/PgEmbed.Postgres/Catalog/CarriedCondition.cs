using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Says in a store's columns what a filter says in those of the collection's table.</summary>
internal static class CarriedCondition
{
    /// <summary>The whole of a filter over the store's columns.</summary>
    /// <exception cref="PgEmbedException">It is not over key and carried columns alone.</exception>
    public static async Task<string> WholeAsync(
        NpgsqlDataSource dataSource, CollectionInfo collection, string filter, CancellationToken cancellationToken)
    {
        var (condition, whole) = await FindAsync(dataSource, collection, filter, cancellationToken).ConfigureAwait(false);
        return whole && condition is not null
            ? condition
            : throw new PgEmbedException(
                $"Expected a filter over the key and carried columns of collection '{collection.Name}' "
                + $"({SqlName.List(collection.KeyColumns.Concat(collection.CarriedColumns).Select(c => c.Name))}) and over "
                + $"nothing else, got: {filter}.",
                "pgembed collection alter --carry carries other columns.");
    }

    /// <summary>What a filter says of key and carried columns, and whether that is all it says.</summary>
    public static async Task<(string? Condition, bool Whole)> FindAsync(
        NpgsqlDataSource dataSource, CollectionInfo collection, string filter, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var command = connection.Command(
                "SELECT condition, whole FROM pgembed.carried_condition($1, $2)", collection.Name, filter);
            await using (command.ConfigureAwait(false))
            {
                var reader = await SchemaMissing.GuardAsync(() => command.ExecuteReaderAsync(cancellationToken))
                    .ConfigureAwait(false);
                await using (reader.ConfigureAwait(false))
                {
                    await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
                    return (reader.IsDBNull(0) ? null : reader.GetString(0), reader.GetBoolean(1));
                }
            }
        }
    }
}
