using Npgsql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Turns what PgEmbed's own SQL functions refuse (SQLSTATE PE0nn) into the exception with their remedy.</summary>
internal static class ServerRefusal
{
    /// <summary>Whether a function of PgEmbed's refused.</summary>
    public static bool Is(PostgresException e) => e.SqlState.StartsWith("PE0", StringComparison.Ordinal);

    /// <summary>The exception.</summary>
    public static PgEmbedException Of(PostgresException e) => new(e.MessageText, e.Hint, e);
}
