namespace PgEmbed.Onnx.Tokenization;

/// <summary>Splits a text at every match of a pattern or, inverted, at what stands between matches.</summary>
internal sealed class PatternPreTokenizer(Pattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        var words = new WordSplitter(behavior, next);
        using var matcher = new PatternMatcher(pattern, text);
        var at = 0;
        while (!tokens.Overflowed && matcher.TryNext(out var start, out var end))
        {
            if (start > at)
                words.Add(text, at, start, invert, ref tokens);
            words.Add(text, start, end, !invert, ref tokens);
            at = end;
        }

        if (at < text.Length)
            words.Add(text, at, text.Length, invert, ref tokens);
        words.Finish(text, ref tokens);
    }
}
