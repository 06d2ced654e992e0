namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// What SentencePiece does with a text before it looks for pieces: applies its precompiled rules, takes white space
/// away at both ends and all but one space between words, puts one before the text, and writes ▁ for each.
/// </summary>
/// <remarks>A user's symbol is left as it is wherever it stands, the longest first.</remarks>
internal sealed class SentencePieceNormalizer(SentencePieceNormalizerOptions options) : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (options.RemoveExtraWhitespace)
        {
            while (!text.IsEmpty)
            {
                var taken = Next(text, out var first);
                if (first is not " ")
                    break;
                text = text[taken..];
            }
        }

        if (text.IsEmpty)
            return;
        var start = output.Written.Length;
        var space = options.EscapeWhitespace ? MetaspacePreTokenizer.Space : ' ';
        if (options.AddDummyPrefix && !options.WhitespaceAsSuffix)
            output.Append([space]);
        var afterSpace = options.RemoveExtraWhitespace;
        while (!text.IsEmpty)
        {
            var untouched = UntouchedLength(text);
            for (var rest = text[..untouched]; !rest.IsEmpty;)
            {
                var length = rest.IndexOf(' ');
                length = length < 0 ? rest.Length : Math.Max(length, 1);
                Append(rest[..length], space, output, ref afterSpace);
                rest = rest[length..];
            }

            text = text[untouched..];
            if (text.IsEmpty)
                break;
            var taken = Next(text, out var normalized);
            Append(normalized, space, output, ref afterSpace);
            text = text[taken..];
        }

        if (options.RemoveExtraWhitespace)
            output.Advance(output.Written[start..].TrimEnd(space).Length - (output.Written.Length - start));
        if (options.AddDummyPrefix && options.WhitespaceAsSuffix)
            output.Append([space]);
    }

    private void Append(ReadOnlySpan<char> normalized, char space, CharBuffer output, ref bool afterSpace)
    {
        if (afterSpace)
            normalized = normalized.TrimStart(' ');
        if (normalized.IsEmpty)
            return;
        var room = output.Reserve(normalized.Length);
        normalized.Replace(room, ' ', space);
        output.Advance(normalized.Length);
        afterSpace = options.RemoveExtraWhitespace && normalized[^1] == ' ';
    }

    private int UntouchedLength(ReadOnlySpan<char> text) =>
        options.Symbols is not null ? 0 : options.Map?.UntouchedLength(text) ?? text.Length;

    private int Next(ReadOnlySpan<char> text, out ReadOnlySpan<char> normalized)
    {
        if (options.Symbols is not null
            && options.Symbols.TryMatch(text, PieceTrie.Root, out _, out var length))
        {
            normalized = text[..length];
            return length;
        }

        if (options.Map is not null)
            return options.Map.Next(text, out normalized);
        length = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        normalized = text[..length];
        return length;
    }
}
