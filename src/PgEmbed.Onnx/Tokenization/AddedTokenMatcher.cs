using System.Buffers;
using System.Globalization;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Finds added tokens in a text from left to right: at the first place where one stands, the longest that stands there.
/// </summary>
internal sealed class AddedTokenMatcher
{
    private readonly AddedToken[] _tokens;
    private readonly PieceTrie _contents = new();
    private readonly SearchValues<char> _firstCharacters;

    /// <summary>Creates a matcher.</summary>
    /// <param name="tokens">The tokens, with <see cref="AddedToken.Content"/> as it is looked for; none empty.</param>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        _tokens = [.. tokens];
        for (var i = 0; i < _tokens.Length; i++)
            _contents.Add(_tokens[i].Content, i);
        _firstCharacters = SearchValues.Create([.. _tokens.Select(t => t.Content[0])]);
    }

    /// <summary>Finds the next token at or after a position.</summary>
    /// <param name="text">The text.</param>
    /// <param name="position">Where to begin: the end of the match before, or 0.</param>
    /// <param name="start">Where the match begins, the white space that it takes included.</param>
    /// <param name="end">Where it ends, the white space that it takes included.</param>
    /// <param name="token">The token found, or null.</param>
    public bool TryFind(ReadOnlySpan<char> text, int position, out int start, out int end, out AddedToken? token)
    {
        for (var at = position; ; at++)
        {
            var step = text[at..].IndexOfAny(_firstCharacters);
            if (step < 0)
            {
                start = end = text.Length;
                token = null;
                return false;
            }

            at += step;
            if (!_contents.TryMatch(text[at..], PieceTrie.Root, out var index, out var length))
                continue;
            token = _tokens[index];
            start = at;
            end = at + length;
            if (token.SingleWord && (EndsWithWord(text[..start]) || BeginsWithWord(text[end..])))
            {
                at = end - 1;
                continue;
            }

            if (token.StripLeft)
                start = position + text[position..start].TrimEnd().Length;
            if (token.StripRight)
                end = text.Length - text[end..].TrimStart().Length;
            return true;
        }
    }

    private static bool EndsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var last, out _) == OperationStatus.Done && IsWord(last);

    private static bool BeginsWithWord(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var first, out _) == OperationStatus.Done && IsWord(first);

    /// <summary>A word character of regular expressions (UTS #18): letter, mark, digit, connector, joiner.</summary>
    private static bool IsWord(Rune rune) =>
        rune.Value is 0x200C or 0x200D
            or (>= 0x24B6 and <= 0x24E9) or (>= 0x1F130 and <= 0x1F149) or (>= 0x1F150 and <= 0x1F169)
            or (>= 0x1F170 and <= 0x1F189)
        || Rune.GetUnicodeCategory(rune) is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter
            or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter
            or UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber
            or UnicodeCategory.ConnectorPunctuation;
}
