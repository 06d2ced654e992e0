namespace PgEmbed.Postgres.Mapping;

/// <summary>Marks a string property, or the parameter of a record that it comes from, as part of the embedded text.</summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class EmbeddedTextAttribute : Attribute
{
    /// <summary>The place in a text of several columns; those of one place stand as they are declared.</summary>
    public int Order { get; init; }
}
