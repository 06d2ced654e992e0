using Npgsql;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Stores;

/// <summary>Says so where a store is no more what it was when the collection was opened.</summary>
internal static class StoreAltered
{
    public static PgEmbedException Error(CollectionInfo collection, Exception? inner = null) => new(
        $"Expected collection '{collection.Name}' to be stored as when it was opened, but it was altered since, or "
        + "dropped.",
        "Open it again.",
        inner);

    /// <summary>Runs statements over the store's table.</summary>
    /// <exception cref="PgEmbedException">The table is gone.</exception>
    public static async Task<T> GuardAsync<T>(CollectionInfo collection, Func<Task<T>> run)
    {
        try
        {
            return await run().ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedTable)
        {
            throw Error(collection, e);
        }
    }
}
