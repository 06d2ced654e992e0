using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Asks the server whether a collection is still served from the space it was opened in.</summary>
internal static class ServingSpace
{
    /// <summary>The SQLSTATE by which the server refuses a vector of another space than the collection's.</summary>
    public const string Mismatch = "PE001";

    /// <summary>Throws where the collection is served from another space by now.</summary>
    /// <exception cref="SpaceMismatchException">It is.</exception>
    public static async Task RequireAsync(
        NpgsqlConnection connection, CollectionInfo collection, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ExecuteAsync(
                "SELECT pgembed.require_space($1, $2)", [collection.Name, collection.Store.Space.Id], cancellationToken)
                .ConfigureAwait(false);
        }
        catch (PostgresException e) when (e.SqlState == Mismatch)
        {
            throw new SpaceMismatchException(
                $"that collection '{collection.Name}' is served from now", collection.Store.Space.ToString(), e);
        }
    }
}
