namespace PgEmbed.Chunking;

/// <summary>
/// What a Markdown text's lines say about its breaks, line by line: sections begin at headings, the words behind a
/// heading stay with it, and fenced code is one block, whose blank lines are no paragraphs' ends.
/// </summary>
internal sealed class MarkdownStructure
{
    private const int None = -1;
    private const int NoHeading = -2;

    private readonly string _text;
    private readonly Dictionary<int, TextBreak> _breaks = [];

    // Where the paragraph began that is being read, or none, or a block that no underline makes a heading.
    private int _paragraph = None;

    // What ends before the next block, where that is not for its words and lines to say.
    private TextBreak? _next;
    private char _fence;
    private int _fenceLength;

    private MarkdownStructure(string text) => _text = text;

    /// <summary>What ends before the words at some offsets of a text.</summary>
    public static IReadOnlyDictionary<int, TextBreak> Of(string text)
    {
        var structure = new MarkdownStructure(text);
        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var end = rest.IndexOfAny('\r', '\n');
            var line = end < 0 ? rest : rest[..end];
            structure.Read(line, text.Length - rest.Length);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }

        return structure._breaks;
    }

    private void Read(ReadOnlySpan<char> line, int offset)
    {
        var content = line.TrimStart();
        var start = offset + line.Length - content.Length;
        var indent = line.Length - content.Length;
        content = content.TrimEnd();
        if (content.IsEmpty)
        {
            // A line that ends in \r\n is followed by an empty one of none.
            if (offset == 0 || _text[offset - 1] != '\r' || offset >= _text.Length || _text[offset] != '\n')
                _paragraph = None;
            return;
        }

        if (_fence != 0)
            ReadCode(content, start);
        else if (OpensFence(content))
            Begin(start, _next ?? TextBreak.Paragraph);
        else if (indent <= 3 && IsHeading(content))
            BeginHeading(start);
        else if (_paragraph >= 0 && indent <= 3 && IsUnderline(content))
            Underline(start);
        else
            ReadText(content, start);
    }

    private void ReadCode(ReadOnlySpan<char> content, int start)
    {
        _breaks[start] = TextBreak.Line;
        if (content.Length < _fenceLength || content.ContainsAnyExcept(_fence))
            return;
        _fence = '\0';
        _next = TextBreak.Paragraph;
    }

    private bool OpensFence(ReadOnlySpan<char> content)
    {
        if (content[0] is not ('`' or '~'))
            return false;
        var length = content.IndexOfAnyExcept(content[0]);
        length = length < 0 ? content.Length : length;
        if (length < 3 || (content[0] == '`' && content[length..].Contains('`')))
            return false;
        (_fence, _fenceLength) = (content[0], length);
        return true;
    }

    private void BeginHeading(int start)
    {
        // Headings with nothing between them are of one section.
        Begin(start, _next == TextBreak.Word ? TextBreak.Word : TextBreak.Section);
        _next = TextBreak.Word;
    }

    /// <summary>An underline makes a heading of the paragraph above it.</summary>
    private void Underline(int start)
    {
        if (!_breaks.TryGetValue(_paragraph, out var before) || before != TextBreak.Word)
            _breaks[_paragraph] = TextBreak.Section;
        Begin(start, TextBreak.Word);
        _next = TextBreak.Word;
    }

    private void ReadText(ReadOnlySpan<char> content, int start)
    {
        if (_paragraph != None)
            return;
        if (_next is { } strength)
            Begin(start, strength);
        // An underline without a paragraph is a rule.
        _paragraph = IsUnderline(content) ? None : IsPlain(content) ? start : NoHeading;
    }

    private void Begin(int start, TextBreak strength)
    {
        _breaks[start] = strength;
        _next = null;
        _paragraph = None;
    }

    private static bool IsHeading(ReadOnlySpan<char> content)
    {
        var level = content.IndexOfAnyExcept('#');
        return level is >= 1 and <= 6 ? content[level] is ' ' or '\t' : level < 0 && content.Length <= 6;
    }

    private static bool IsUnderline(ReadOnlySpan<char> content) =>
        !content.ContainsAnyExcept('=') || !content.ContainsAnyExcept('-');

    /// <summary>Whether a line begins a paragraph, and not a list, quote or table.</summary>
    private static bool IsPlain(ReadOnlySpan<char> content)
    {
        var space = content.IndexOfAny(' ', '\t');
        return content[0] is not ('>' or '|') && !SentenceRules.IsListMark(space < 0 ? content : content[..space]);
    }
}
