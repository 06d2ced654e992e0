using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PgEmbed.Postgres;

/// <summary>What a collection works with beside its database and its model.</summary>
public sealed record VectorCollectionOptions
{
    /// <summary>
    /// Further models. When the collection is switched to a space of one of them, by an upgrade for instance, texts are
    /// embedded by that one from then on: a search that met the switch is asked again, once.
    /// </summary>
    public IReadOnlyList<ITextEmbedder> OtherEmbedders { get; init; } = [];

    /// <summary>Where to log. The values of statements are not logged.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Logs the values of statements too, at level Trace: the filters' and the query vectors.</summary>
    public bool LogValues { get; init; }

    /// <summary>Throws where a part can't be used.</summary>
    /// <exception cref="PgEmbedException">A model or the logger factory is null.</exception>
    public void Validate()
    {
        if (OtherEmbedders is null || OtherEmbedders.Any(embedder => embedder is null))
            throw new PgEmbedException($"Expected {nameof(OtherEmbedders)} to be models, got null.");
        if (LoggerFactory is null)
            throw new PgEmbedException($"Expected {nameof(LoggerFactory)} to be one, got null.");
    }
}
