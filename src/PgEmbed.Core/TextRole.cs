namespace PgEmbed;

/// <summary>What a text is embedded as. Many models put another prompt before a query than before a document.</summary>
public enum TextRole
{
    /// <summary>A text to be found.</summary>
    Document,

    /// <summary>A text to search by.</summary>
    Query,
}
