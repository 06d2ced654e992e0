namespace PgEmbed.Migrations;

/// <summary>Which way a schema is moved.</summary>
public enum SchemaDirection
{
    /// <summary>To the newest migration.</summary>
    Up,

    /// <summary>To nothing.</summary>
    Down,
}
