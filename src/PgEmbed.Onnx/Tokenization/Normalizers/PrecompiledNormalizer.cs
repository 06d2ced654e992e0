namespace PgEmbed.Onnx.Tokenization;

/// <summary>Applies SentencePiece's precompiled rules, as SentencePiece does: the longest match at each place.</summary>
internal sealed class PrecompiledNormalizer(CharsMap map) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        while (!text.IsEmpty)
        {
            var untouched = map.UntouchedLength(text);
            output.Append(text[..untouched]);
            text = text[untouched..];
            if (text.IsEmpty)
                return;
            var taken = map.Next(text, out var normalized);
            output.Append(normalized);
            text = text[taken..];
        }
    }
}
