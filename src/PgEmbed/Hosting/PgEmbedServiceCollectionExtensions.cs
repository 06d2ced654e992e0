using Microsoft.Extensions.Diagnostics.HealthChecks;
using PgEmbed;
using PgEmbed.Hosting;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds PgEmbed to an application's services.</summary>
public static class PgEmbedServiceCollectionExtensions
{
    /// <summary>
    /// Adds a <see cref="PgEmbedClient"/>, made when it is first asked for. What it makes for itself, a data source or a loaded
    /// model, is disposed with the services.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Says which database and model; without it, those of the services.</param>
    /// <exception cref="PgEmbedException">An option can't be used.</exception>
    public static PgEmbedBuilder AddPgEmbed(this IServiceCollection services, Action<PgEmbedOptions>? configure = null) =>
        Add(services, null, configure);

    /// <summary>
    /// As <see cref="AddPgEmbed(IServiceCollection, Action{PgEmbedOptions}?)"/> under a key: for a second database or model. Database and model are looked for among the
    /// services of that key.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">Says which database and model; without it, those of the services.</param>
    /// <exception cref="PgEmbedException">An option can't be used.</exception>
    public static PgEmbedBuilder AddKeyedPgEmbed(
        this IServiceCollection services, object key, Action<PgEmbedOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(key);
        return Add(services, key, configure);
    }

    /// <summary>
    /// Adds a health check: unhealthy where database or schema are not there, or a collection can't be searched with the
    /// model; degraded where pgvector has known faults.
    /// </summary>
    /// <param name="builder">The health checks.</param>
    /// <param name="collections">The collections that must be there; none by default.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="serviceKey">The key of the client; null for none.</param>
    /// <param name="failureStatus">What a failure is to count as; null: unhealthy.</param>
    /// <param name="tags">The check's tags.</param>
    /// <param name="timeout">How long it may take; null: without limit.</param>
    public static IHealthChecksBuilder AddPgEmbed(
        this IHealthChecksBuilder builder,
        IReadOnlyList<string>? collections = null,
        string name = "pgembed",
        object? serviceKey = null,
        HealthStatus? failureStatus = null,
        IEnumerable<string>? tags = null,
        TimeSpan? timeout = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new HealthCheckRegistration(
            name,
            services => new PgEmbedHealthCheck(
                services.GetRequiredKeyedService<PgEmbedClient>(serviceKey), collections ?? []),
            failureStatus,
            tags,
            timeout));
    }

    private static PgEmbedBuilder Add(IServiceCollection services, object? key, Action<PgEmbedOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        var options = new PgEmbedOptions();
        configure?.Invoke(options);
        // Here, so that an application with wrong options doesn't start.
        options.Validate();
        services.AddKeyedSingleton(key, (provider, _) => new ClientOwner(provider, key, options));
        services.AddKeyedSingleton(key, (provider, _) => provider.GetRequiredKeyedService<ClientOwner>(key).Client);
        return new PgEmbedBuilder(services, key);
    }
}
