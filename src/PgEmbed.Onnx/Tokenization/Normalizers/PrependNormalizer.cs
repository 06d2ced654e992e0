namespace PgEmbed.Onnx.Tokenization;

/// <summary>Puts a text before every text that is not empty.</summary>
internal sealed class PrependNormalizer(string prefix) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (text.IsEmpty)
            return;
        output.Append(prefix);
        output.Append(text);
    }
}
