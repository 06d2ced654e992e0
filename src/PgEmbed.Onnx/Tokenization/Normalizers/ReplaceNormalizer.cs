namespace PgEmbed.Onnx.Tokenization;

/// <summary>Replaces a string wherever it stands, from left to right and without overlap.</summary>
internal sealed class ReplaceNormalizer(string pattern, string content) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        for (var at = text.IndexOf(pattern, StringComparison.Ordinal); at >= 0;
            at = text.IndexOf(pattern, StringComparison.Ordinal))
        {
            output.Append(text[..at]);
            output.Append(content);
            text = text[(at + pattern.Length)..];
        }

        output.Append(text);
    }
}
