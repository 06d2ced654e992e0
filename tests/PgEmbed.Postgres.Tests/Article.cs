namespace PgEmbed.Postgres.Tests;

/// <summary>A row with a column of every kind that filters meet.</summary>
public sealed record Article
{
    public required int Id { get; init; }

    public string? Title { get; init; }

    public string? Body { get; init; }

    public string Kind { get; init; } = "";

    public int? Price { get; init; }

    public double Weight { get; init; }

    public bool Sold { get; init; }

    public string[] Tags { get; init; } = [];

    public DateTime PublishedAt { get; init; }
}
