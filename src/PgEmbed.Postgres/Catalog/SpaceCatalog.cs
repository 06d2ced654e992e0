using Dapper;
using Npgsql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>Registers models and spaces.</summary>
internal static class SpaceCatalog
{
    /// <summary>Makes sure that the catalog has the space and its model.</summary>
    /// <exception cref="PgEmbedException">The model's <c>name@version</c> is there with another fingerprint.</exception>
    public static async Task RegisterAsync(
        NpgsqlConnection connection, VectorSpace space, CancellationToken cancellationToken)
    {
        var at = space.Name.LastIndexOf('@');
        var name = at > 0 ? space.Name[..at] : space.Name;
        var version = at > 0 ? space.Name[(at + 1)..] : space.Fingerprint[..12];
        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO pgembed.model (name, version, fingerprint, dimensions)
            VALUES (@name, @version, @Fingerprint, @Dimensions)
            ON CONFLICT DO NOTHING
            """,
            new { name, version, space.Fingerprint, space.Dimensions },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        var found = await connection.QuerySingleOrDefaultAsync<int?>(new CommandDefinition(
            "SELECT model_id FROM pgembed.model WHERE fingerprint = @Fingerprint",
            new { space.Fingerprint },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        if (found is null)
        {
            var other = await connection.QuerySingleAsync<string>(new CommandDefinition(
                "SELECT fingerprint FROM pgembed.model WHERE name = @name AND version = @version",
                new { name, version },
                cancellationToken: cancellationToken)).ConfigureAwait(false);
            throw new PgEmbedException(
                $"Expected model {name}@{version} with fingerprint {other}, got {space.Fingerprint}.",
                "Its files or settings have changed, so it makes other vectors: give it another version.");
        }

        await connection.ExecuteAsync(new CommandDefinition(
            """
            INSERT INTO pgembed.space (space_id, model_id, name, fingerprint, dimensions, metric)
            VALUES (@Id, @found, @Name, @Fingerprint, @Dimensions, @metric)
            ON CONFLICT DO NOTHING
            """,
            new { space.Id, found, space.Name, space.Fingerprint, space.Dimensions, metric = space.Metric.ToName() },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
    }
}
