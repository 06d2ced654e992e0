namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Makes words of the pieces of a text, which come in their order without a gap, some of them delimiters. Every piece
/// is held back until the next one says whether it belongs to it; <see cref="Finish"/> lets the last one go.
/// </summary>
internal struct WordSplitter(SplitBehavior behavior, IWordTokenizer next)
{
    private int _start;
    private int _end;
    private bool _held;
    private bool _lastIsDelimiter;

    /// <summary>Takes the next piece.</summary>
    public void Add(
        scoped ReadOnlySpan<char> text, int start, int end, bool isDelimiter, ref TokenSink tokens)
    {
        var joins = _held && behavior switch
        {
            SplitBehavior.MergedWithPrevious => isDelimiter && !_lastIsDelimiter,
            SplitBehavior.MergedWithNext => !isDelimiter && _lastIsDelimiter,
            SplitBehavior.Contiguous => isDelimiter == _lastIsDelimiter,
            _ => false,
        };
        if (!joins)
        {
            Finish(text, ref tokens);
            _start = start;
        }

        _end = end;
        _held = !isDelimiter || behavior != SplitBehavior.Removed;
        _lastIsDelimiter = isDelimiter;
    }

    /// <summary>Hands the piece that is held back on.</summary>
    public void Finish(scoped ReadOnlySpan<char> text, ref TokenSink tokens)
    {
        if (_held && _end > _start && !tokens.Overflowed)
            next.Tokenize(text[_start.._end], ref tokens);
        _held = false;
    }
}
