using System.Text.Json;
using System.Text.Json.Serialization;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>A row with a column of every kind that filters are translated for.</summary>
public sealed class Product : IHasId
{
    public int Id { get; set; }

    public string Name { get; set; } = "";

    public string? Note { get; set; }

    public string Code { get; set; } = "";

    public short Small { get; set; }

    public int Count { get; set; }

    public int? Stock { get; set; }

    public long Big { get; set; }

    public long? BigOrNull { get; set; }

    public decimal Price { get; set; }

    public decimal? Discount { get; set; }

    public double Weight { get; set; }

    public double? Rating { get; set; }

    public float Ratio { get; set; }

    public bool Active { get; set; }

    public bool? Checked { get; set; }

    public Guid Token { get; set; }

    public Guid? OtherToken { get; set; }

    public DateTime CreatedAt { get; set; }

    public DateTime? UpdatedAt { get; set; }

    public DateTime LocalAt { get; set; }

    public DateTimeOffset SeenAt { get; set; }

    public DateOnly Day { get; set; }

    public DateOnly? Due { get; set; }

    public TimeOnly Opens { get; set; }

    public TimeSpan Took { get; set; }

    public Color Color { get; set; }

    public Color? Trim { get; set; }

    public Level Level { get; set; }

    public Rights Rights { get; set; }

    public char Grade { get; set; }

    public string[] Tags { get; set; } = [];

    public List<int>? Numbers { get; set; }

    public Details? Data { get; set; }

    public JsonDocument? Doc { get; set; }

    public int? CategoryId { get; set; }

    public Category? Category { get; set; }

    public List<Review> Reviews { get; set; } = [];
}

public interface IHasId
{
    int Id { get; }
}

/// <summary>Stands in a text column.</summary>
public enum Color
{
    Red,
    Green,
    Blue,
}

/// <summary>Stands in an integer column.</summary>
public enum Level : short
{
    Low = -5,
    Middle = 0,
    High = 70,
}

[Flags]
public enum Rights
{
    None = 0,
    Read = 1,
    Write = 2,
    Delete = 4,
}

public enum Unit
{
    Piece,
    Metre,
}

[JsonConverter(typeof(JsonStringEnumConverter<Material>))]
public enum Material
{
    Wood,
    Steel,
}

/// <summary>Stands in a jsonb column.</summary>
public sealed class Details
{
    public string? Maker { get; set; }

    [JsonPropertyName("net-weight \"kg\"")]
    public double? NetWeight { get; set; }

    public int? Parts { get; set; }

    public bool? Fragile { get; set; }

    public Guid? Batch { get; set; }

    public Unit? Unit { get; set; }

    public Material? Material { get; set; }

    public List<string>? Labels { get; set; }

    public Dictionary<string, string>? More { get; set; }

    public Address? From { get; set; }
}

public sealed class Address
{
    public string? City { get; set; }

    public int[]? Gates { get; set; }
}

/// <summary>What a product refers to.</summary>
public sealed class Category
{
    public int Id { get; set; }

    public string? Title { get; set; }

    public int? Rank { get; set; }

    public DateTime Since { get; set; }
}

/// <summary>What refers to a product.</summary>
public sealed class Review
{
    public int Id { get; set; }

    public int ProductId { get; set; }

    public int Stars { get; set; }

    public string? Text { get; set; }
}
