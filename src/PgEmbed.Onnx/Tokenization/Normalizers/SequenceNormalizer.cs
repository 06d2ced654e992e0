namespace PgEmbed.Onnx.Tokenization;

/// <summary>Normalizers one after another.</summary>
internal sealed class SequenceNormalizer(IReadOnlyList<INormalizer> parts) : INormalizer
{
    /// <summary>The normalizers in their order.</summary>
    public IReadOnlyList<INormalizer> Parts => parts;

    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (parts.Count == 0)
        {
            output.Append(text);
            return;
        }

        Normalize(text, 0, output);
    }

    private void Normalize(ReadOnlySpan<char> text, int part, CharBuffer output)
    {
        if (part == parts.Count - 1)
        {
            parts[part].Normalize(text, output);
            return;
        }

        using var between = new CharBuffer(text.Length);
        parts[part].Normalize(text, between);
        Normalize(between.Written, part + 1, output);
    }
}
