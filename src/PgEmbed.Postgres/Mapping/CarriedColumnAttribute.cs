namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// Marks a property, or the parameter of a record that it comes from, as carried: its column is copied into the store, so
/// that its indexes and partitions can use it. Few, short and seldom changed: a tenant, a kind, a period.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Parameter)]
public sealed class CarriedColumnAttribute : Attribute
{
    /// <summary>The place among the carried columns; those of one place stand as they are declared.</summary>
    public int Order { get; init; }
}
