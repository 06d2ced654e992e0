using Microsoft.Extensions.DependencyInjection;
using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Hosting;

/// <summary>Adds to what <c>AddPgEmbed</c> has added.</summary>
public sealed class PgEmbedBuilder
{
    internal PgEmbedBuilder(IServiceCollection services, object? key)
    {
        Services = services;
        Key = key;
    }

    /// <summary>The services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The key that they are under; null for none.</summary>
    public object? Key { get; }

    /// <summary>Adds a <see cref="VectorCollectionSource{T}"/>, which opens the collection once, when it is first asked.</summary>
    /// <param name="mapping">The collection's name, table, key and text; null: by the attributes of its row type.</param>
    /// <param name="define">Whether to define the collection where it is not there yet.</param>
    /// <typeparam name="T">The row.</typeparam>
    public PgEmbedBuilder AddCollection<T>(CollectionMapping<T>? mapping = null, bool define = true)
    {
        Services.AddKeyedSingleton(
            Key,
            (services, _) => new VectorCollectionSource<T>(
                services.GetRequiredKeyedService<PgEmbedClient>(Key),
                mapping ?? CollectionMapping.FromAttributes<T>(),
                define));
        return this;
    }
}
