namespace PgEmbed.Postgres.Filters;

/// <summary>Where a text is looked for in another.</summary>
internal enum TextMatch
{
    Equal,
    Contains,
    StartsWith,
    EndsWith,
}
