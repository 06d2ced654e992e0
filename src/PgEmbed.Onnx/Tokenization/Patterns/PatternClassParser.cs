using System.Buffers;
using System.Globalization;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Reads what matches one code point of a pattern: a character, an escape, or a class in brackets.</summary>
internal sealed class PatternClassParser(string source)
{
    private const int MaxNesting = 50;

    private static readonly CodePointSet Ascii = CodePointSet.Of(0, 127);

    // A word character as \w alone has it; inside a class Oniguruma leaves Latin-1's small digits and fractions out.
    private static readonly CodePointSet Word = UnicodeCharacters.Set("Word");
    private static readonly CodePointSet WordInClass = Word.Intersect(
        CodePointSet.OfRanges([(0xB2, 0xB3), (0xB9, 0xB9), (0xBC, 0xBE)]).Complement());

    private int _at;
    private bool _inClass;

    /// <summary>Reads from a place, which moves behind what is read.</summary>
    public CodePointSet Read(ref int at, bool ignoreCase)
    {
        _at = at;
        _inClass = source[at] == '[';
        var set = source[at] == '[' ? ReadBrackets(ignoreCase, 0) : ReadOne(ignoreCase, out _);
        at = _at;
        return set;
    }

    private CodePointSet ReadBrackets(bool ignoreCase, int nesting)
    {
        if (nesting > MaxNesting)
            throw new FormatException($"its classes are nested more than {MaxNesting} deep");
        _at++;
        var negative = TryTake("^");
        CodePointSet? before = null;
        var parts = new List<CodePointSet>();
        for (var isFirst = true; ; isFirst = false)
        {
            if (_at >= source.Length)
                throw new FormatException("a class has no end");
            if (source[_at] == ']' && isFirst)
                throw new FormatException("a class that is empty or begins with ']' is not supported");
            if (TryTake("]"))
                break;
            if (TryTake("&&"))
            {
                before = Intersection(before, parts);
                parts = [];
            }
            else
            {
                parts.Add(ReadItem(ignoreCase, nesting));
            }
        }

        var set = Intersection(before, parts);
        return negative ? set.Complement() : set;
    }

    private static CodePointSet Intersection(CodePointSet? before, List<CodePointSet> parts) =>
        before is null ? CodePointSet.Union(parts) : before.Intersect(CodePointSet.Union(parts));

    /// <summary>A class inside the class, a range, or one character or escape.</summary>
    private CodePointSet ReadItem(bool ignoreCase, int nesting)
    {
        if (string.CompareOrdinal(source, _at, "[:", 0, 2) == 0)
            throw new FormatException("a class such as [:alpha:] is not supported");
        if (source[_at] == '[')
            return ReadBrackets(ignoreCase, nesting + 1);
        var start = _at;
        var set = ReadOne(ignoreCase, out var first);
        // Behind a set and at the end of the class a '-' stands for itself.
        if (_at + 1 >= source.Length || source[_at] != '-' || source[_at + 1] == ']' || first is null)
            return set;
        _at++;
        if (source[_at] == '[')
            throw new FormatException($"the range '{source[start..(_at + 1)]}' is not supported");
        ReadOne(false, out var last);
        return last is null || last < first
            ? throw new FormatException($"the range '{source[start.._at]}' is not supported")
            : Fold(CodePointSet.Of(first.Value, last.Value), ignoreCase);
    }

    /// <summary>A character, which is also given as such, or an escape that stands for a set of them.</summary>
    private CodePointSet ReadOne(bool ignoreCase, out int? codePoint)
    {
        if (source[_at] != '\\')
        {
            if (Rune.DecodeFromUtf16(source.AsSpan(_at), out var rune, out var length) != OperationStatus.Done)
                throw new FormatException("it has half of a surrogate pair");
            _at += length;
            codePoint = rune.Value;
            return Fold(CodePointSet.Of(rune.Value, rune.Value), ignoreCase);
        }

        if (++_at == source.Length)
            throw new FormatException("it ends with a '\\'");
        if (TryReadSet() is { } set)
        {
            codePoint = null;
            return ignoreCase && set.Intersect(CodePointSet.Union(
                    [CodePointSet.Of('A', 'Z'), CodePointSet.Of('a', 'z')])).Ranges().Sum(r => r.Last - r.First + 1)
                is not (0 or 52)
                ? throw new FormatException("a set of one case only under (?i) is not supported")
                : set;
        }

        codePoint = ReadEscapedCharacter();
        return Fold(CodePointSet.Of(codePoint.Value, codePoint.Value), ignoreCase);
    }

    private CodePointSet? TryReadSet()
    {
        var negative = char.IsAsciiLetterUpper(source[_at]);
        CodePointSet set;
        switch (source[_at])
        {
            case 'd' or 'D':
                set = UnicodeCharacters.Set("Nd");
                break;
            case 's' or 'S':
                set = UnicodeCharacters.WhiteSpace;
                break;
            case 'w' or 'W':
                set = _inClass ? WordInClass : Word;
                break;
            case 'h' or 'H':
                set = CodePointSet.OfRanges([('0', '9'), ('A', 'F'), ('a', 'f')]);
                break;
            case 'p' or 'P':
                set = ReadProperty();
                return negative ? set.Complement() : set;
            default:
                return null;
        }

        _at++;
        return negative ? set.Complement() : set;
    }

    private CodePointSet ReadProperty()
    {
        var end = source.IndexOf('}', _at);
        if (_at + 1 >= source.Length || source[_at + 1] != '{' || end < 0)
            throw new FormatException($"expected '\\{source[_at]}' to be followed by a property in braces");
        var name = source[(_at + 2)..end];
        _at = end + 1;
        var negative = name.StartsWith('^');
        if (!UnicodeProperties.TryFind(negative ? name[1..] : name, out var set))
            throw new FormatException($"the property '{name}' is not supported");
        return negative ? set.Complement() : set;
    }

    private int ReadEscapedCharacter()
    {
        var character = source[_at++];
        switch (character)
        {
            case 't':
                return '\t';
            case 'n':
                return '\n';
            case 'v':
                return '\v';
            case 'f':
                return '\f';
            case 'r':
                return '\r';
            case 'a':
                return '\a';
            case 'e':
                return '\e';
            case 'x' when TryTake("{"):
                return ReadHex(source.IndexOf('}', _at) - _at, 1);
            case 'x':
                return ReadHex(2, 0);
            case 'u':
                return ReadHex(4, 0);
            case < (char)128 when !char.IsAsciiLetterOrDigit(character):
                return character;
            default:
                throw new FormatException($"the escape '\\{character}' is not supported");
        }
    }

    private int ReadHex(int length, int behind)
    {
        if (length is < 1 or > 8 || _at + length > source.Length
            || !int.TryParse(
                source.AsSpan(_at, length), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var code)
            || !Rune.IsValid(code))
            throw new FormatException("a character given by its number has none");
        _at += length + behind;
        return code;
    }

    /// <summary>
    /// A set with both cases of its letters; only ASCII's are known, with the two signs that fold to them.
    /// </summary>
    private static CodePointSet Fold(CodePointSet set, bool ignoreCase)
    {
        if (!ignoreCase)
            return set;
        if (set.Intersect(Ascii.Complement()).Intersect(UnicodeCharacters.Set("L")).Ranges().Any())
            throw new FormatException("a letter outside ASCII under (?i) is not supported");
        var letters = set.Ranges().SelectMany(r => Enumerable.Range(r.First, Math.Min(r.Last, 127) - r.First + 1))
            .Where(c => char.IsAsciiLetter((char)c)).Select(c => c | 0x20);
        return CodePointSet.Union([set, .. letters.SelectMany(BothCases)]);
    }

    private static IEnumerable<CodePointSet> BothCases(int letter)
    {
        yield return CodePointSet.Of(letter, letter);
        yield return CodePointSet.Of(letter - 0x20, letter - 0x20);
        if (letter == 's')
            yield return CodePointSet.Of(0x17F, 0x17F);
        if (letter == 'k')
            yield return CodePointSet.Of(0x212A, 0x212A);
    }

    private bool TryTake(string text)
    {
        if (string.CompareOrdinal(source, _at, text, 0, text.Length) != 0)
            return false;
        _at += text.Length;
        return true;
    }
}
