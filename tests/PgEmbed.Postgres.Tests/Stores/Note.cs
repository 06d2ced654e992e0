namespace PgEmbed.Postgres.Tests.Stores;

/// <summary>A row of one tenant or of none.</summary>
public sealed record Note
{
    public required long Id { get; init; }

    public string? Tenant { get; init; }

    public DateTime? WrittenAt { get; init; }

    public decimal Price { get; init; }

    public string? Body { get; init; }
}
