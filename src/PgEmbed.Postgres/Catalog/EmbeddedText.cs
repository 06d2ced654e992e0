using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PgEmbed.Postgres.Catalog;

/// <summary>
/// The text of a row that is embedded, and its hash. SQL does the same: <c>concat_ws(E'\n', …)</c> and
/// <c>sha256(convert_to(…, 'UTF8'))</c>.
/// </summary>
public static class EmbeddedText
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static readonly SearchValues<char> Blanks = SearchValues.Create(" \t\n\v\f\r");

    /// <summary>
    /// Whether a text is blank: empty, or of ASCII white space only. A blank text has no vector. SQL says the same with
    /// <see cref="IsBlankSql"/>; the set is spelled out because each side knows other Unicode spaces.
    /// </summary>
    public static bool IsBlank(string text) => !text.AsSpan().ContainsAnyExcept(Blanks);

    /// <summary>The condition in SQL under which a text expression is blank.</summary>
    /// <remarks>btrim goes through all of a text, and left through one character: most texts begin with no space.</remarks>
    internal static string IsBlankSql(string text)
    {
        return $"(CASE WHEN {Trimmed($"pg_catalog.left({text}, 1)")} = '' THEN {Trimmed(text)} = '' ELSE false END)";

        static string Trimmed(string value) => $@"pg_catalog.btrim({value}, E' \t\n\x0B\f\r')";
    }

    /// <summary>The hash of a text expression in SQL.</summary>
    internal static string HashSql(string text) => $"pg_catalog.sha256(pg_catalog.convert_to({text}, 'UTF8'))";

    /// <summary>Joins the texts that are not null, a line feed between.</summary>
    public static string Join(IEnumerable<string?> texts) => string.Join('\n', texts.Where(text => text is not null));

    /// <summary>SHA-256 over the text's UTF-8, <c>byte[32]</c>.</summary>
    /// <exception cref="PgEmbedException">The text can't be stored: it has a NUL or an unpaired surrogate.</exception>
    public static byte[] Hash(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var nul = text.IndexOf('\0', StringComparison.Ordinal);
        if (nul >= 0)
            throw new PgEmbedException(
                $"Expected a text that PostgreSQL can store, got one with a NUL character at {nul}.", "Remove it.");
        try
        {
            return SHA256.HashData(Strict.GetBytes(text));
        }
        catch (EncoderFallbackException e)
        {
            throw new PgEmbedException(
                $"Expected a text that PostgreSQL can store, got one with an unpaired surrogate at {e.Index}.",
                "Replace it, for example by U+FFFD.",
                e);
        }
    }
}
