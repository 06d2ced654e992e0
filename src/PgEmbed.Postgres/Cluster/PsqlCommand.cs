using Npgsql;

namespace PgEmbed.Postgres.Cluster;

/// <summary>How to run psql against a database: a program, arguments that need no shell, and variables.</summary>
/// <param name="FileName">The path of psql, or its name where the PATH has to have it.</param>
/// <param name="Arguments">Its arguments, without the password; options can be added after them.</param>
/// <param name="Environment">Variables to set, the password's among them; null for one to remove.</param>
public sealed record PsqlCommand(
    string FileName, IReadOnlyList<string> Arguments, IReadOnlyDictionary<string, string?> Environment)
{
    internal static PsqlCommand For(NpgsqlConnectionStringBuilder connection, string file)
    {
        // These would lead psql elsewhere than the URI says.
        var environment = new Dictionary<string, string?> { ["PGHOSTADDR"] = null, ["PGSERVICE"] = null };
        if (connection.Password is { Length: > 0 } password)
            environment["PGPASSWORD"] = password;
        return new PsqlCommand(file, ["-d", ConnectionUri.Format(connection, withPassword: false)], environment);
    }
}
