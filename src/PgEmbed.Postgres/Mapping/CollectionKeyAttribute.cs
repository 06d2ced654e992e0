namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// Marks a property, or the parameter of a record that it comes from, as part of the collection's key.
/// <c>System.ComponentModel.DataAnnotations.KeyAttribute</c> says the same.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class CollectionKeyAttribute : Attribute
{
    /// <summary>The place in a key of several columns; those of one place stand as they are declared.</summary>
    public int Order { get; init; }
}
