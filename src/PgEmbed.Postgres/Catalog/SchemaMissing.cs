using Npgsql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Turns "no such schema, table or function" of PgEmbed's own into a sentence with the remedy.</summary>
internal static class SchemaMissing
{
    public static async Task<T> GuardAsync<T>(Func<Task<T>> query)
    {
        try
        {
            return await query().ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState is PostgresErrorCodes.UndefinedTable
            or PostgresErrorCodes.InvalidSchemaName or PostgresErrorCodes.UndefinedFunction
            or PostgresErrorCodes.UndefinedColumn)
        {
            throw new PgEmbedException(
                $"Expected PgEmbed's schema in the database, found none or an older one ({e.MessageText}).",
                "Run: pgembed schema up",
                e);
        }
    }
}
