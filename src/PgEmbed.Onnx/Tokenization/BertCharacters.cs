using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// What Hugging Face's tokenizers library knows of characters in its BERT parts, read from the embedded
/// <c>bert-characters.txt</c>. The runtime's own Unicode data is newer than the library's and would give other tokens;
/// with this, ids are the same on every machine, with or without ICU.
/// </summary>
internal sealed class BertCharacters
{
    private static readonly Lazy<BertCharacters> LazyInstance = new(Read);

    private readonly int[] _removed;
    private readonly int[] _accents;
    private readonly int[] _punctuation;
    private readonly FrozenDictionary<int, string> _unaccented;
    private readonly FrozenDictionary<int, string> _lower;

    private BertCharacters(Dictionary<string, string[]> sections)
    {
        _removed = ReadRanges(sections["removed"]);
        _accents = ReadRanges(sections["accent"]);
        _punctuation = ReadRanges(sections["punctuation"]);
        _unaccented = ReadMap(sections["unaccented"]);
        _lower = ReadMap(sections["lower"]);
    }

    public static BertCharacters Instance => LazyInstance.Value;

    /// <summary>Whether cleaning takes the character away: controls, formats, private use, NUL and U+FFFD.</summary>
    public bool IsRemoved(int codePoint) => Contains(_removed, codePoint);

    /// <summary>Whether the character is a word of its own.</summary>
    public bool IsPunctuation(int codePoint) => Contains(_punctuation, codePoint);

    /// <summary>White space as Unicode's property <c>White_Space</c> has it.</summary>
    public static bool IsWhiteSpace(int codePoint) => Rune.IsValid(codePoint) && Rune.IsWhiteSpace(new Rune(codePoint));

    /// <summary>The ideographs that BERT takes one by one: the CJK blocks, not kana nor Hangul.</summary>
    public static bool IsChinese(int codePoint) => codePoint is
        (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0x20000 and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B920 and <= 0x2CEAF)
        or (>= 0xF900 and <= 0xFAFF) or (>= 0x2F800 and <= 0x2FA1F);

    /// <summary>The character decomposed (NFD) without its non-spacing marks; empty for a mark alone.</summary>
    public string WithoutAccents(string character, int codePoint)
    {
        if (Contains(_accents, codePoint))
            return "";
        return codePoint is >= HangulBase and < HangulBase + HangulCount
            ? DecomposeHangul(codePoint - HangulBase)
            : _unaccented.GetValueOrDefault(codePoint, character);
    }

    /// <summary>The lower case of each character of a text, whatever stands around it.</summary>
    public string ToLower(string text)
    {
        var lower = new StringBuilder();
        foreach (var rune in text.EnumerateRunes())
        {
            if (_lower.TryGetValue(rune.Value, out var mapped))
                lower.Append(mapped);
            else
                lower.Append(rune);
        }

        return lower.ToString();
    }

    // Unicode's arithmetic for Hangul syllables: 19 leading consonants × 21 vowels × (27 trailing consonants or none).
    private const int HangulBase = 0xAC00;
    private const int HangulCount = 19 * 21 * 28;

    private static string DecomposeHangul(int syllable)
    {
        var leading = (char)(0x1100 + (syllable / (21 * 28)));
        var vowel = (char)(0x1161 + (syllable % (21 * 28) / 28));
        var trailing = syllable % 28;
        return trailing == 0 ? $"{leading}{vowel}" : $"{leading}{vowel}{(char)(0x11A7 + trailing)}";
    }

    /// <summary>Ranges are start, end, start, end …, ascending: inside one, the search ends at an odd place.</summary>
    private static bool Contains(int[] ranges, int codePoint)
    {
        var at = Array.BinarySearch(ranges, codePoint);
        return at >= 0 || (~at & 1) == 1;
    }

    private static BertCharacters Read()
    {
        var sections = new Dictionary<string, List<string>>();
        List<string>? items = null;
        var type = typeof(BertCharacters);
        using var reader = new StreamReader(type.Assembly.GetManifestResourceStream(type, "bert-characters.txt")!);
        while (reader.ReadLine() is { } line)
        {
            if (line.StartsWith('['))
                sections[line[1..^1]] = items = [];
            else if (!line.StartsWith('#'))
                items?.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        }

        return new BertCharacters(sections.ToDictionary(s => s.Key, s => s.Value.ToArray()));
    }

    private static int[] ReadRanges(string[] items) =>
        [.. items.SelectMany(item => ReadRange(item) is var (first, last) ? new[] { first, last } : [])];

    private static FrozenDictionary<int, string> ReadMap(string[] items)
    {
        var map = new Dictionary<int, string>();
        foreach (var item in items)
        {
            var colon = item.IndexOf(':', StringComparison.Ordinal);
            var (first, last) = ReadRange(item[..colon]);
            var targets = item[(colon + 1)..].Split('+').Select(ReadHex).ToArray();
            for (var i = first; i <= last; i++)
                map[i] = string.Concat(targets.Select(t => char.ConvertFromUtf32(t + i - first)));
        }

        return map.ToFrozenDictionary();
    }

    private static (int First, int Last) ReadRange(string range)
    {
        var dash = range.IndexOf('-', StringComparison.Ordinal);
        return dash < 0 ? (ReadHex(range), ReadHex(range)) : (ReadHex(range[..dash]), ReadHex(range[(dash + 1)..]));
    }

    private static int ReadHex(string digits) => int.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
