using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

internal static class TokenizerTestExtensions
{
    /// <summary>All ids of a text.</summary>
    public static int[] Ids(this Tokenizer tokenizer, string text)
    {
        // A character becomes at most three tokens: a Hangul syllable, taken apart.
        var ids = new int[(text.Length * 3) + 10];
        var count = tokenizer.Encode(text, ids, out var truncated);
        Assert.False(truncated);
        return ids[..count];
    }
}
