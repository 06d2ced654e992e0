using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using PgEmbed.Postgres.Search.Sampling;

namespace PgEmbed.Postgres;

/// <summary>What a collection works with beside its database and its model.</summary>
public sealed record VectorCollectionOptions
{
    /// <summary>The category that collections log under.</summary>
    public const string LogCategory = "PgEmbed.Collection";

    /// <summary>Where to log: statements at level Debug, without their values.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Logs the values of searches too, at level Trace: those of filters, and the query vectors.</summary>
    public bool LogValues { get; init; }

    /// <summary>
    /// Keeps a share of the searches as samples, for <c>pgembed index advise</c>; null, as long as nobody asks for it, keeps
    /// none. It is never disposed here.
    /// </summary>
    public QuerySampler? Sampler { get; init; }

    /// <summary>Throws where an option can't be used.</summary>
    /// <exception cref="PgEmbedException">The logger factory is null.</exception>
    public void Validate()
    {
        if (LoggerFactory is null)
            throw new PgEmbedException($"Expected {nameof(LoggerFactory)} to be one, got null.", "Leave it out to log nothing.");
    }
}
