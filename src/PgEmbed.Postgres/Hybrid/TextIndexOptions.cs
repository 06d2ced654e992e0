namespace PgEmbed.Postgres.Hybrid;

/// <summary>How a text index is made.</summary>
public sealed record TextIndexOptions
{
    /// <summary>
    /// The text search configuration: which words are the same and which count for nothing. <c>\dF</c> in psql lists what
    /// there is; <c>simple</c> takes every word as it is, in any language.
    /// </summary>
    public string Config { get; init; } = "english";

    /// <summary>How many texts are written in one transaction, at least 1.</summary>
    public int BatchRows { get; init; } = 20_000;

    /// <summary>Throws where a setting is out of its range.</summary>
    /// <exception cref="PgEmbedException">As said.</exception>
    public void Validate()
    {
        if (string.IsNullOrWhiteSpace(Config))
            throw new PgEmbedException("Expected a text search configuration, got none.", "For example: english, simple.");
        if (BatchRows < 1)
            throw new PgEmbedException($"Expected BatchRows of at least 1, got {BatchRows}.");
    }
}
