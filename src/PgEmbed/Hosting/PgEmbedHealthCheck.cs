using Microsoft.Extensions.Diagnostics.HealthChecks;
using Npgsql;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Hosting;

/// <summary>
/// Whether searches can be answered: the database is there, PgEmbed's schema too, and the collections that are named are
/// served from the model's space by a store that can be read. A pgvector with known faults is degraded.
/// </summary>
internal sealed class PgEmbedHealthCheck(PgEmbedClient client, IReadOnlyList<string> collections) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var data = new Dictionary<string, object>(StringComparer.Ordinal)
        {
            ["model"] = client.Embedder.Space.ToString(),
        };
        try
        {
            var catalog = new CollectionCatalog(client.DataSource);
            data["collections"] = await catalog.ListAsync(cancellationToken).ConfigureAwait(false);
            string? fault = null;
            foreach (var name in collections)
            {
                var collection = await client.OpenCollectionAsync(name, cancellationToken).ConfigureAwait(false);
                await ReadAsync(collection.Info, cancellationToken).ConfigureAwait(false);
                data[$"collection {name}"] = collection.Info.Store.Space.ToString();
                fault ??= collection.Info.Extension.Fault;
            }

            return fault is null ? HealthCheckResult.Healthy(data: data) : HealthCheckResult.Degraded(fault, data: data);
        }
        catch (Exception e) when (e is PgEmbedException or NpgsqlException)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e, data);
        }
    }

    private async Task ReadAsync(CollectionInfo collection, CancellationToken cancellationToken)
    {
        var command = client.DataSource.CreateCommand($"SELECT FROM {collection.Store.Sql} LIMIT 1");
        await using (command.ConfigureAwait(false))
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
}
