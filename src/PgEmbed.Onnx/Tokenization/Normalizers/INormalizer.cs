namespace PgEmbed.Onnx.Tokenization;

/// <summary>Changes a text before it is split into words.</summary>
internal interface INormalizer
{
    /// <summary>Appends the normalized text. The text has no unpaired surrogate.</summary>
    void Normalize(ReadOnlySpan<char> text, CharBuffer output);
}
