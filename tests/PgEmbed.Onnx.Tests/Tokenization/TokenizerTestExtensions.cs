using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

internal static class TokenizerTestExtensions
{
    /// <summary>All ids of a text.</summary>
    public static int[] Ids(this Tokenizer tokenizer, string text)
    {
        // A character becomes up to 33 tokens: a whole sentence written as one Arabic sign, taken apart to its bytes.
        var ids = new int[(text.Length * 33) + 10];
        var count = tokenizer.Encode(text, ids, out var truncated);
        Assert.False(truncated);
        return ids[..count];
    }
}
