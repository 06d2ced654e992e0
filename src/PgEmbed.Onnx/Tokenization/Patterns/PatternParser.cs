using System.Globalization;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Reads a pattern. What it does not know is refused: read otherwise it would give other words.</summary>
internal sealed class PatternParser(string source)
{
    private const int MaxNesting = 50;

    // Under (?i) each of these is also matched by one character (ﬀ, ﬁ, ﬂ, ß, ﬆ), which is not supported.
    private static readonly string[] FoldedTogether = ["ff", "fi", "fl", "ss", "st"];

    private readonly PatternClassParser _classes = new(source);
    private int _at;
    private int _nesting;
    private bool _ignoreCase;
    private bool _dotTakesLineFeed;

    /// <summary>Reads the whole pattern.</summary>
    /// <exception cref="FormatException">It is not one, or has a part that is not supported.</exception>
    public PatternNode Parse()
    {
        var node = ReadChoice();
        return _at == source.Length ? node : throw new FormatException("a ')' has no '('");
    }

    private PatternNode ReadChoice()
    {
        if (++_nesting > MaxNesting)
            throw new FormatException($"its groups are nested more than {MaxNesting} deep");
        var (ignoreCase, dotTakesLineFeed) = (_ignoreCase, _dotTakesLineFeed);
        List<PatternNode> parts = [ReadSequence()];
        while (TryTake("|"))
            parts.Add(ReadSequence());
        (_ignoreCase, _dotTakesLineFeed) = (ignoreCase, dotTakesLineFeed);
        _nesting--;
        return parts.Count == 1 ? parts[0] : new PatternNode.Choice(parts);
    }

    private PatternNode.Sequence ReadSequence()
    {
        var parts = new List<PatternNode>();
        var letters = new StringBuilder();
        while (_at < source.Length && source[_at] is not ('|' or ')'))
        {
            letters.Append(char.IsAsciiLetter(source[_at]) ? char.ToLowerInvariant(source[_at]) : '\0');
            if (_ignoreCase && letters.Length > 1 && FoldedTogether.Contains(letters.ToString(letters.Length - 2, 2)))
                throw new FormatException($"'{source[(_at - 1)..(_at + 1)]}' under (?i) is not supported");
            var part = ReadPart();
            if (part is not null)
                parts.Add(ReadRepeats(part));
        }

        return new PatternNode.Sequence(parts);
    }

    private PatternNode? ReadPart() => source[_at] switch
    {
        '(' => ReadGroup(),
        '[' or '\\' when TryReadAnchor() is { } anchor => anchor,
        '[' or '\\' => new PatternNode.One(_classes.Read(ref _at, _ignoreCase)),
        '.' => ReadDot(),
        '^' => ReadAnchor(PatternOperation.LineStart),
        '$' => ReadAnchor(PatternOperation.LineEnd),
        '*' or '+' or '?' => throw new FormatException($"there is nothing that the '{source[_at]}' repeats"),
        _ => new PatternNode.One(_classes.Read(ref _at, _ignoreCase)),
    };

    private PatternNode.One ReadDot()
    {
        _at++;
        return new PatternNode.One(
            (_dotTakesLineFeed ? CodePointSet.Empty : CodePointSet.Of('\n', '\n')).Complement());
    }

    private PatternNode.Anchor ReadAnchor(PatternOperation operation, int length = 1)
    {
        _at += length;
        return new PatternNode.Anchor(operation);
    }

    private PatternNode.Anchor? TryReadAnchor() => source.AsSpan(_at) switch
    {
        ['\\', 'A', ..] => ReadAnchor(PatternOperation.TextStart, 2),
        ['\\', 'z', ..] => ReadAnchor(PatternOperation.TextEnd, 2),
        ['\\', 'Z', ..] => ReadAnchor(PatternOperation.LastLineEnd, 2),
        ['\\', 'b', ..] => ReadAnchor(PatternOperation.WordBorder, 2),
        ['\\', 'B', ..] => ReadAnchor(PatternOperation.NoWordBorder, 2),
        _ => null,
    };

    private PatternNode? ReadGroup()
    {
        if (TryTake("(?#"))
        {
            var end = source.IndexOf(')', _at);
            _at = end >= 0 ? end + 1 : throw new FormatException("a comment has no end");
            return null;
        }

        if (TryTake("(?:"))
            return ReadRest();
        if (TryTake("(?="))
            return new PatternNode.Look(ReadRest(), Behind: false, Negative: false);
        if (TryTake("(?!"))
            return new PatternNode.Look(ReadRest(), Behind: false, Negative: true);
        if (TryTake("(?<="))
            return new PatternNode.Look(ReadRest(), Behind: true, Negative: false);
        if (TryTake("(?<!"))
            return new PatternNode.Look(ReadRest(), Behind: true, Negative: true);
        if (TryTake("(?>"))
            return new PatternNode.Atomic(ReadRest());
        if (TryTake("(?"))
            return ReadOptions();
        // A group to refer to; nothing can refer to it, so it is as any other.
        _at++;
        return ReadRest();
    }

    private PatternNode ReadRest()
    {
        var node = ReadChoice();
        return TryTake(")") ? node : throw new FormatException("a group has no end");
    }

    /// <summary>Options for a group, <c>(?i:…)</c>, or for what follows in the group around, <c>(?i)</c>.</summary>
    private PatternNode ReadOptions()
    {
        var (ignoreCase, dotTakesLineFeed) = (_ignoreCase, _dotTakesLineFeed);
        var value = true;
        for (; _at < source.Length && source[_at] is not (':' or ')'); _at++)
        {
            if (source[_at] == '-')
                value = false;
            else if (source[_at] == 'i')
                _ignoreCase = value;
            else if (source[_at] == 'm')
                _dotTakesLineFeed = value;
            else
                throw new FormatException($"the group '(?{source[_at]}' is not supported");
        }

        var isGroup = TryTake(":");
        if (!isGroup && !TryTake(")"))
            throw new FormatException("a group has no end");
        // Without a colon they hold up to the end of the group around, across its choices.
        var node = isGroup ? ReadRest() : ReadChoice();
        (_ignoreCase, _dotTakesLineFeed) = (ignoreCase, dotTakesLineFeed);
        return node;
    }

    private PatternNode ReadRepeats(PatternNode part)
    {
        while (TryReadBounds(out var least, out var most, out var isInterval))
        {
            if (part is PatternNode.Look or PatternNode.Anchor)
                throw new FormatException("a repetition of a condition is not supported");
            if (TryTake("?"))
                part = new PatternNode.Repeat(part, least, most, Lazy: true);
            else if (!isInterval && TryTake("+"))
                part = new PatternNode.Atomic(new PatternNode.Repeat(part, least, most, Lazy: false));
            else
                part = new PatternNode.Repeat(part, least, most, Lazy: false);
        }

        return part;
    }

    private bool TryReadBounds(out int least, out int? most, out bool isInterval)
    {
        (least, most, isInterval) = (0, null, false);
        if (TryTake("*"))
            return true;
        if (TryTake("?"))
        {
            most = 1;
            return true;
        }

        if (TryTake("+"))
        {
            least = 1;
            return true;
        }

        return _at < source.Length && source[_at] == '{' && (isInterval = TryReadInterval(ref least, ref most));
    }

    /// <summary><c>{n}</c>, <c>{n,}</c>, <c>{n,m}</c> or <c>{,m}</c>; any other brace stands for itself.</summary>
    private bool TryReadInterval(ref int least, ref int? most)
    {
        var end = source.IndexOf('}', _at);
        if (end < 0)
            return false;
        var bounds = source[(_at + 1)..end].Split(',');
        if (bounds.Length > 2 || bounds.All(b => b.Length == 0) || !bounds.All(b => b.All(char.IsAsciiDigit)))
            return false;
        least = bounds[0].Length == 0 ? 0 : ReadNumber(bounds[0]);
        most = bounds.Length == 1 ? least : bounds[1].Length == 0 ? null : ReadNumber(bounds[1]);
        if (most < least)
            throw new FormatException($"the repetition '{source[_at..(end + 1)]}' is not supported");
        _at = end + 1;
        return true;
    }

    private static int ReadNumber(string digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 10_000
            ? number
            : throw new FormatException($"a repetition of {digits} times is not supported");

    private bool TryTake(string text)
    {
        if (string.CompareOrdinal(source, _at, text, 0, text.Length) != 0)
            return false;
        _at += text.Length;
        return true;
    }
}
