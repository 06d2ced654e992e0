namespace PgEmbed.Onnx.Tokenization;

/// <summary>Replaces whatever a pattern matches.</summary>
internal sealed class PatternReplaceNormalizer(Pattern pattern, string content) : INormalizer
{
    private readonly bool _matchesSpaces = pattern.Source == " {2,}";

    /// <summary>Whether it makes one space of several: the pattern that most Unigram tokenizers have.</summary>
    public bool JoinsSpaces => _matchesSpaces && content == " ";

    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        var written = 0;
        if (!_matchesSpaces || text.Contains("  ", StringComparison.Ordinal))
        {
            using var matcher = new PatternMatcher(pattern, text);
            while (matcher.TryNext(out var start, out var end))
            {
                output.Append(text[written..start]);
                output.Append(content);
                written = end;
            }
        }

        output.Append(text[written..]);
    }
}
