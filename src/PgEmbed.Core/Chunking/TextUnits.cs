using System.Globalization;

namespace PgEmbed.Chunking;

/// <summary>
/// Takes a text apart into units, once from its beginning to its end: words, parted further at sentence ends that need
/// no space, and where one alone has too many tokens at its graphemes. Each is counted once, with the white space
/// before it, which many tokenizers make a part of the word's first token.
/// </summary>
internal sealed class TextUnits
{
    // Longer than any grapheme that is written to be read; a longer one is broken at its code points.
    private const int LongestGrapheme = 64;

    private readonly string _text;
    private readonly TokenCounter _count;
    private readonly int _maxTokens;
    private readonly IReadOnlyDictionary<int, TextBreak> _structure;
    private readonly List<TextUnit> _units = [];

    private TextUnits(
        string text, TokenCounter count, int maxTokens, IReadOnlyDictionary<int, TextBreak> structure)
    {
        _text = text;
        _count = count;
        _maxTokens = maxTokens;
        _structure = structure;
    }

    /// <summary>Takes a text apart.</summary>
    /// <param name="text">The text.</param>
    /// <param name="count">Counts tokens.</param>
    /// <param name="maxTokens">The most tokens of a unit.</param>
    /// <param name="structure">What is known to end before the words at some offsets, whatever the rules say.</param>
    public static List<TextUnit> Of(
        string text, TokenCounter count, int maxTokens, IReadOnlyDictionary<int, TextBreak> structure)
    {
        var units = new TextUnits(text, count, maxTokens, structure);
        units.Read();
        return units._units;
    }

    private void Read()
    {
        var isFirst = true;
        var end = 0;
        ReadOnlySpan<char> before = default;
        for (var start = WordFrom(0); start < _text.Length; start = WordFrom(end))
        {
            var word = _text.AsSpan(start, EndOfWord(start) - start);
            var lines = CountLineEnds(_text.AsSpan(end, start - end));
            AddSentences(end, start, start + word.Length, BreakBetween(before, lines, word, isFirst));
            isFirst = lines > 0 || before.IsEmpty;
            before = word;
            end = start + word.Length;
        }
    }

    private static TextBreak BreakBetween(
        ReadOnlySpan<char> before, int lines, ReadOnlySpan<char> word, bool isFirst)
    {
        if (lines > 1)
            return TextBreak.Paragraph;
        var sentence = SentenceRules.EndsBetween(before, word, isFirst);
        if (lines == 0)
            return sentence ? TextBreak.Sentence : TextBreak.Word;
        return sentence || SentenceRules.IsListMark(word) ? TextBreak.Line : TextBreak.WrappedLine;
    }

    private static int CountLineEnds(ReadOnlySpan<char> gap)
    {
        var lines = 0;
        for (var i = 0; i < gap.Length; i++)
        {
            lines += gap[i] switch
            {
                '\r' when gap[i..] is ['\r', '\n', ..] => 0,
                '\r' or '\n' or '\v' or '\f' or '\u0085' or '\u2028' => 1,
                '\u2029' => 2,
                _ => 0,
            };
        }

        return lines;
    }

    private void AddSentences(int gap, int start, int end, TextBreak before)
    {
        if (_structure.TryGetValue(start, out var known))
            before = known;
        while (start < end)
        {
            var sentence = start + SentenceRules.FirstSentence(_text.AsSpan(start, end - start));
            AddWord(gap, start, sentence, before);
            gap = start = sentence;
            before = TextBreak.Sentence;
        }
    }

    private void AddWord(int gap, int start, int end, TextBreak before)
    {
        var tokens = Count(gap, end);
        if (tokens <= _maxTokens)
        {
            _units.Add(new TextUnit(start, end, tokens, before));
            return;
        }

        // As many characters as have the tokens by the word's own average, and fewer where that is too many.
        var step = Math.Max(1, (int)((long)(end - start) * _maxTokens / tokens));
        while (start < end)
        {
            var (pieceEnd, pieceTokens) = Piece(start, end, step);
            _units.Add(new TextUnit(start, pieceEnd, pieceTokens, before));
            start = pieceEnd;
            before = TextBreak.Character;
        }
    }

    private (int End, int Tokens) Piece(int start, int end, int step)
    {
        while (true)
        {
            var (pieceEnd, isLeast) = GraphemesFrom(start, end, step);
            var tokens = Count(start, pieceEnd);
            if (tokens <= _maxTokens)
                return (pieceEnd, tokens);
            if (isLeast)
                break;
            step = Math.Max(1, Math.Min(step - 1, (int)((long)(pieceEnd - start) * _maxTokens / tokens)));
        }

        // Not even one grapheme has room: code points, as many as have.
        var last = start;
        var counted = 0;
        while (last < end)
        {
            var next = last + (char.IsSurrogatePair(_text, last) ? 2 : 1);
            var tokens = Count(start, next);
            if (tokens > _maxTokens && last > start)
                break;
            (last, counted) = (next, tokens);
            if (tokens > _maxTokens || last - start >= LongestGrapheme)
                break;
        }

        return (last, counted);
    }

    /// <summary>The end of the graphemes that fit into some characters, or of the first where none does.</summary>
    private (int End, bool IsLeast) GraphemesFrom(int start, int end, int step)
    {
        var window = Math.Min(end, start + Math.Max(step, LongestGrapheme));
        if (window < end && char.IsLowSurrogate(_text[window]) && char.IsHighSurrogate(_text[window - 1]))
            window++;
        var last = start;
        var least = start;
        while (last < window)
        {
            var next = last + StringInfo.GetNextTextElementLength(_text.AsSpan(last, window - last));
            // One that the window cuts off may go on behind it.
            if (least > start && (next - start > step || (next == window && window < end)))
                break;
            if (least == start)
                least = next;
            last = next;
        }

        return (last, last == least);
    }

    private int Count(int start, int end) => _count(_text.AsSpan(start, end - start));

    private int WordFrom(int start)
    {
        while (start < _text.Length && char.IsWhiteSpace(_text[start]))
            start++;
        return start;
    }

    private int EndOfWord(int start)
    {
        while (start < _text.Length && !char.IsWhiteSpace(_text[start]))
            start++;
        return start;
    }
}
