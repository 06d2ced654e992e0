using Npgsql;
using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Cli.Demo;

/// <summary>The demo's table: in a schema of its own, so that it touches nothing of the user's.</summary>
public static class PackageTable
{
    /// <summary>The schema.</summary>
    public const string Schema = "pgembed_demo";

    /// <summary>The table, and the collection over it.</summary>
    public const string Name = "packages";

    /// <summary>The collection over the table.</summary>
    public static CollectionMapping<Package> Mapping => new CollectionMapping<Package>(Name)
        .Table(Name, Schema)
        .Key(p => p.Id)
        .Text(p => p.Synopsis)
        .Text(p => p.Description);

    /// <summary>Makes the table where it is not there.</summary>
    public static async Task CreateAsync(NpgsqlDataSource dataSource, CancellationToken cancellationToken = default)
    {
        await using var command = dataSource.CreateCommand(
            $"""
            CREATE SCHEMA IF NOT EXISTS {Schema};
            CREATE TABLE IF NOT EXISTS {Schema}.{Name} (
                id integer PRIMARY KEY,
                name text NOT NULL,
                source text NOT NULL,
                version text NOT NULL,
                section text NOT NULL,
                priority text NOT NULL,
                architecture text NOT NULL,
                installed_kb integer NOT NULL,
                download_bytes bigint NOT NULL,
                maintainer_id integer NOT NULL,
                homepage text NOT NULL,
                tags text[] NOT NULL,
                depends integer NOT NULL,
                synopsis text NOT NULL,
                description text NOT NULL);
            CREATE INDEX IF NOT EXISTS {Name}_section ON {Schema}.{Name} (section);
            """);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
