namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Writes ▁ for every space and puts one before the text, so that a word at its beginning is spelt as within it; then
/// splits before each.
/// </summary>
internal sealed class MetaspacePreTokenizer(char replacement, PrependScheme scheme, bool split) : IPreTokenizer
{
    /// <summary>What SentencePiece writes for a space: ▁, U+2581.</summary>
    public const char Space = '\u2581';

    /// <summary>Whether each word between white space of any kind is treated as a text of its own.</summary>
    private bool _splitWhiteSpace;

    private bool _trimEnd;

    /// <summary>
    /// The pre-tokenizers of a SentencePiece model written as <c>tokenizer.json</c>, taken as SentencePiece does: without
    /// the splits that change no token where pieces have ▁ only at their beginnings, so that sums of scores run on over
    /// the whole text.
    /// </summary>
    /// <param name="preTokenizers">The file's.</param>
    /// <param name="trimEnd">
    /// Whether SentencePiece takes white space at the text's end away and the file forgets to, as files do that an older
    /// converter wrote.
    /// </param>
    public static IReadOnlyList<IPreTokenizer> AsSentencePiece(
        IReadOnlyList<IPreTokenizer> preTokenizers, bool trimEnd) => preTokenizers switch
        {
            [MetaspacePreTokenizer { IsUsual: true } only] =>
                [only.WithoutSplit(splitWhiteSpace: false, trimEnd)],
            [WhitespaceSplitPreTokenizer, MetaspacePreTokenizer { IsUsual: true } second] =>
                [second.WithoutSplit(splitWhiteSpace: true, trimEnd)],
            _ => preTokenizers,
        };

    /// <summary>Where one is put before.</summary>
    public PrependScheme Scheme => scheme;

    private bool IsUsual => replacement == Space && scheme == PrependScheme.Always;

    public void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens)
    {
        using var rewritten = new CharBuffer(text.Length + 1);
        if (_splitWhiteSpace)
            RewriteWords(text, rewritten);
        else
            Rewrite(text, Prepends(tokens.Count == 0), rewritten);
        var words = _trimEnd ? rewritten.Written.TrimEnd(replacement) : rewritten.Written;
        if (words.IsEmpty)
            return;
        if (!split)
        {
            next.Tokenize(words, ref tokens);
            return;
        }

        while (!words.IsEmpty && !tokens.Overflowed)
        {
            var length = words[1..].IndexOf(replacement) + 1;
            if (length == 0)
                length = words.Length;
            next.Tokenize(words[..length], ref tokens);
            words = words[length..];
        }
    }

    private MetaspacePreTokenizer WithoutSplit(bool splitWhiteSpace, bool trimEnd) =>
        new(replacement, scheme, split: false) { _splitWhiteSpace = splitWhiteSpace, _trimEnd = trimEnd };

    private bool Prepends(bool atTextStart) =>
        scheme == PrependScheme.Always || (scheme == PrependScheme.First && atTextStart);

    private void Rewrite(ReadOnlySpan<char> text, bool prepend, CharBuffer output)
    {
        if (prepend && text[0] != ' ' && text[0] != replacement)
            output.Append([replacement]);
        text.Replace(output.Reserve(text.Length), ' ', replacement);
        output.Advance(text.Length);
    }

    private void RewriteWords(ReadOnlySpan<char> text, CharBuffer output)
    {
        while (WhitespaceSplitPreTokenizer.TryNext(ref text, out var word))
            Rewrite(word, prepend: true, output);
    }
}
