namespace PgEmbed.Migrations;

/// <summary>How <see cref="SchemaMigrator.DownAsync"/> goes about it.</summary>
public sealed record SchemaDownOptions
{
    /// <summary>Drops collections with their vectors, rather than refuse while there are any.</summary>
    public bool Force { get; init; }
}
