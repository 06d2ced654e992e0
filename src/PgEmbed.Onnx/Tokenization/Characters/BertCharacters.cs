using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// What Hugging Face's tokenizers library knows of characters in its BERT parts, read from the embedded
/// <c>bert-characters.txt</c>. The runtime's own Unicode data is newer than the library's and would give other tokens;
/// with this, ids are the same on every machine, with or without ICU.
/// </summary>
internal sealed class BertCharacters
{
    private static readonly Lazy<BertCharacters> LazyInstance =
        new(() => new BertCharacters(new CharacterData("bert-characters.txt")));

    private readonly CodePointSet _removed;
    private readonly CodePointSet _accents;
    private readonly FrozenDictionary<int, string> _unaccented;
    private readonly FrozenDictionary<int, string> _lower;

    private BertCharacters(CharacterData data)
    {
        _removed = data.Set("removed");
        _accents = data.Set("accent");
        Punctuation = data.Set("punctuation");
        _unaccented = data.Map("unaccented").ToFrozenDictionary();
        _lower = data.Map("lower").ToFrozenDictionary();
    }

    public static BertCharacters Instance => LazyInstance.Value;

    /// <summary>Whether cleaning takes the character away: controls, formats, private use, NUL and U+FFFD.</summary>
    public bool IsRemoved(int codePoint) => _removed.Contains(codePoint);

    /// <summary>The characters that are a word of their own.</summary>
    public CodePointSet Punctuation { get; }

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
        if (_accents.Contains(codePoint))
            return "";
        return UnicodeForms.IsSyllable(codePoint)
            ? UnicodeForms.Canonical[codePoint]!
            : _unaccented.GetValueOrDefault(codePoint, character);
    }

    /// <summary>The lower case of a character; false where it is its own.</summary>
    public bool TryGetLower(int codePoint, [MaybeNullWhen(false)] out string lower) =>
        _lower.TryGetValue(codePoint, out lower);

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
}
