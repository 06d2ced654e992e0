namespace PgEmbed.Onnx.Tokenization;

/// <summary>Replaces what a pattern matches by a text, taken as it stands.</summary>
internal sealed class ReplaceRegexNormalizer(Pattern pattern, string content) : INormalizer
{
    /// <summary>Whether it makes one space of several: the pattern that most Unigram tokenizers have.</summary>
    public bool JoinsSpaces { get; } = pattern.Source == " {2,}" && content == " ";

    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        if (JoinsSpaces && !text.Contains("  ", StringComparison.Ordinal))
        {
            output.Append(text);
            return;
        }

        using var matcher = new PatternMatcher(pattern, text);
        var written = 0;
        while (matcher.TryNext(out var start, out var end))
        {
            output.Append(text[written..start]);
            output.Append(content);
            written = end;
        }

        output.Append(text[written..]);
    }
}
