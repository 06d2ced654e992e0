namespace PgEmbed.Onnx.Tokenization;

/// <summary>Splits a text at every character of a class: punctuation, digits, white space or a single one.</summary>
internal sealed class CharacterPreTokenizer(CharacterClass delimiters, SplitBehavior behavior) : IPreTokenizer
{
    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        var words = new WordSplitter(behavior, next);
        var start = 0;
        for (int at = 0, length; at < text.Length && !tokens.Overflowed; at += length)
        {
            if (!delimiters.Contains(text, at, out length))
                continue;
            if (at > start)
                words.Add(text, start, at, false, ref tokens);
            words.Add(text, at, at + length, true, ref tokens);
            start = at + length;
        }

        if (start < text.Length)
            words.Add(text, start, text.Length, false, ref tokens);
        words.Finish(text, ref tokens);
    }
}
