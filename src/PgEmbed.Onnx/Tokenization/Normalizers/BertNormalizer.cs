using System.Collections.Concurrent;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// BERT's normalizer: takes control characters away and makes white space a space, sets ideographs apart, strips
/// accents (NFD without non-spacing marks) and lowers case, in this order.
/// </summary>
/// <remarks>
/// Every step looks at one code point alone, so what all of them make of it is computed once and kept. The one
/// exception is left out: NFD would also reorder two spacing marks of different combining classes that follow one
/// another, which no script's text has.
/// </remarks>
internal sealed class BertNormalizer : INormalizer
{
    // What becomes of a code point: the one it becomes, perhaps set apart by spaces, or one of the negative values.
    private const int Removed = -1;
    private const int Expanded = -2;
    private const int SetApart = 1 << 30;

    private readonly bool _cleanText;
    private readonly bool _handleChineseCharacters;
    private readonly bool _stripAccents;
    private readonly bool _lowercase;
    private readonly CodePointMap<int> _map;
    private readonly ConcurrentDictionary<int, string> _expansions = new();
    private readonly sbyte[] _ascii = new sbyte[128];

    public BertNormalizer(bool cleanText, bool handleChineseCharacters, bool stripAccents, bool lowercase)
    {
        _cleanText = cleanText;
        _handleChineseCharacters = handleChineseCharacters;
        _stripAccents = stripAccents;
        _lowercase = lowercase;
        _map = new CodePointMap<int>(Compute);
        for (var i = 0; i < _ascii.Length; i++)
            _ascii[i] = (sbyte)_map[i];
    }

    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        // There is always room for what is left of the text one to one; only what grows asks for more.
        var room = output.Reserve(text.Length);
        var written = 0;
        for (var i = 0; i < text.Length;)
        {
            if (text[i] < 128)
            {
                var ascii = _ascii[text[i++]];
                room[written] = (char)ascii;
                written += ascii >= 0 ? 1 : 0;
                continue;
            }

            Rune.DecodeFromUtf16(text[i..], out var rune, out var consumed);
            i += consumed;
            var mapped = _map[rune.Value];
            if (mapped == Removed)
                continue;
            if (mapped is >= 0 and <= char.MaxValue)
            {
                room[written++] = (char)mapped;
                continue;
            }

            output.Advance(written);
            if (mapped == Expanded)
                output.Append(_expansions[rune.Value]);
            else
                AppendRune(mapped, output);
            room = output.Reserve(text.Length - i);
            written = 0;
        }

        output.Advance(written);
    }

    private static void AppendRune(int mapped, CharBuffer output)
    {
        Span<char> chars = stackalloc char[4];
        var length = 0;
        if ((mapped & SetApart) != 0)
            chars[length++] = ' ';
        length += new Rune(mapped & ~SetApart).EncodeToUtf16(chars[length..]);
        if ((mapped & SetApart) != 0)
            chars[length++] = ' ';
        output.Append(chars[..length]);
    }

    private int Compute(int codePoint)
    {
        if (!Rune.IsValid(codePoint))
            return codePoint;
        var characters = BertCharacters.Instance;
        if (_cleanText && characters.IsRemoved(codePoint))
            return Removed;
        if (_cleanText && BertCharacters.IsWhiteSpace(codePoint))
            return ' ';
        var text = char.ConvertFromUtf32(codePoint);
        if (_stripAccents)
            text = characters.WithoutAccents(text, codePoint);
        if (_lowercase)
            text = characters.ToLower(text);
        if (text.Length == 0)
            return Removed;
        var first = char.ConvertToUtf32(text, 0);
        if (text.Length > (first > char.MaxValue ? 2 : 1))
        {
            _expansions[codePoint] = text;
            return Expanded;
        }

        return _handleChineseCharacters && BertCharacters.IsChinese(codePoint) ? first | SetApart : first;
    }
}
