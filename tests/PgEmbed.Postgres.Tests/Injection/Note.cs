using System.Text.Json;

namespace PgEmbed.Postgres.Tests.Injection;

/// <summary>A row of texts.</summary>
public sealed class Note
{
    public string Id { get; set; } = "";

    public string? Title { get; set; }

    public string Kind { get; set; } = "";

    public string[] Tags { get; set; } = [];

    public JsonDocument? Doc { get; set; }

    public string? Mood { get; set; }
}
