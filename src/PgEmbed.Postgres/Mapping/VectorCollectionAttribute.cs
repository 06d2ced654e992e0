namespace PgEmbed.Postgres.Mapping;

/// <summary>Names the collection that a type's rows are of.</summary>
/// <param name="name">The collection's name; null: that of the table.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class VectorCollectionAttribute(string? name = null) : Attribute
{
    /// <summary>The collection's name; null: that of the table.</summary>
    public string? Name { get; } = name;

    /// <summary>The table; null: that of <c>TableAttribute</c>, else the collection's name.</summary>
    public string? Table { get; init; }

    /// <summary>The table's schema; null: that of <c>TableAttribute</c>, else <c>public</c>.</summary>
    public string? Schema { get; init; }

    /// <summary>The name of the codec that the vectors are stored in; null: <c>f32</c>.</summary>
    public string? Codec { get; init; }

    /// <summary>Whether properties are left out that the table has no column for, instead of being refused.</summary>
    public bool IgnoreUnmapped { get; init; }
}
