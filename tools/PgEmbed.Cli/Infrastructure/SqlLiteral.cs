namespace PgEmbed.Cli.Infrastructure;

/// <summary>Texts as SQL writes them, for statements that are only printed: what runs has parameters.</summary>
internal static class SqlLiteral
{
    /// <summary>A text in quotes, as <c>quote_literal</c> of the server's writes it.</summary>
    public static string Of(string text)
    {
        var quoted = $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
        return text.Contains('\\', StringComparison.Ordinal)
            ? "E" + quoted.Replace(@"\", @"\\", StringComparison.Ordinal)
            : quoted;
    }
}
