using System.Text;

namespace PgEmbed.Generators;

/// <summary>
/// About how many tokens a text has, for a tokenizer that is not known: a third of its UTF-8 bytes. Seldom too few:
/// English has about four bytes a token, and a character of Chinese has three.
/// </summary>
internal static class TokenEstimate
{
    /// <summary>The estimate for a text, at least 1.</summary>
    public static long Of(string text) => 1 + (Encoding.UTF8.GetByteCount(text) / 3);
}
