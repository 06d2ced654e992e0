namespace PgEmbed.Onnx.Tokenization;

/// <summary>Takes white space away at the text's start, its end, or both.</summary>
internal sealed class StripNormalizer(bool left, bool right) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (left)
            text = text.TrimStart();
        output.Append(right ? text.TrimEnd() : text);
    }
}
