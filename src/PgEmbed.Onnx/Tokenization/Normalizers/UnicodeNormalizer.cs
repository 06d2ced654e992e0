using System.Buffers;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// The normalization forms NFC, NFD, NFKC and NFKD by data of the tokenizers library's own version, so that they are
/// the same with any ICU or none.
/// </summary>
/// <remarks>
/// Text that stays as it is, which is nearly all, is copied. What lies between is decomposed, its marks put in the
/// order of their classes, and composed again where the form asks for it (Unicode, UAX #15).
/// </remarks>
internal sealed class UnicodeNormalizer : INormalizer
{
    private readonly bool _compose;
    private readonly CodePointMap<string?> _decompositions;
    private readonly CharacterClass _stable;

    /// <summary>Creates a normalizer.</summary>
    /// <param name="compose">Whether characters are composed again: NFC and NFKC.</param>
    /// <param name="compatible">Whether compatibility characters are replaced: NFKC and NFKD.</param>
    public UnicodeNormalizer(bool compose, bool compatible)
    {
        _compose = compose;
        _decompositions = compatible ? UnicodeForms.Compatibility : UnicodeForms.Canonical;
        _stable = new CharacterClass(codePoint => UnicodeForms.IsStable(codePoint, compose, compatible));
    }

    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        // All before `copied` is written. `stable` is where the last stable character begins: what follows may compose
        // with it.
        int copied = 0, stable = 0;
        for (int at = 0, length; at < text.Length; at += length)
        {
            if (_stable.Contains(text, at, out length))
            {
                stable = at;
                continue;
            }

            var end = at + length;
            while (end < text.Length && !_stable.Contains(text, end, out var next))
                end += next;
            output.Append(text[copied..stable]);
            NormalizeUnstable(text[stable..end], output);
            copied = stable = end;
            length = end - at;
        }

        output.Append(text[copied..]);
    }

    private void NormalizeUnstable(ReadOnlySpan<char> text, CharBuffer output)
    {
        using var codePoints = new CodePointBuffer(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (_decompositions[rune.Value] is not { } decomposed)
            {
                codePoints.Add(rune.Value);
                continue;
            }

            foreach (var part in decomposed.EnumerateRunes())
                codePoints.Add(part.Value);
        }

        Order(codePoints.Written);
        foreach (var codePoint in _compose ? Compose(codePoints.Written) : codePoints.Written)
            output.Advance(new Rune(codePoint).EncodeToUtf16(output.Reserve(2)));
    }

    /// <summary>Sorts every run of marks by their classes; marks of one class keep their order.</summary>
    private static void Order(Span<int> codePoints)
    {
        for (int start = 0, end; start < codePoints.Length; start = end + 1)
        {
            for (end = start; end < codePoints.Length && UnicodeForms.ClassOf(codePoints[end]) != 0;)
                end++;
            if (end - start > 1)
                SortByClass(codePoints[start..end]);
        }
    }

    private static void SortByClass(Span<int> marks)
    {
        var keys = ArrayPool<ulong>.Shared.Rent(marks.Length);
        for (var i = 0; i < marks.Length; i++)
            keys[i] = ((ulong)UnicodeForms.ClassOf(marks[i]) << 56) | ((ulong)i << 21) | (uint)marks[i];
        keys.AsSpan(0, marks.Length).Sort();
        for (var i = 0; i < marks.Length; i++)
            marks[i] = (int)(keys[i] & 0x1FFFFF);
        ArrayPool<ulong>.Shared.Return(keys);
    }

    /// <summary>Composes in place and gives the part that is left.</summary>
    private static Span<int> Compose(Span<int> codePoints)
    {
        const int Adjacent = -1;
        var (written, starter, lastClass) = (0, -1, Adjacent);
        foreach (var codePoint in codePoints)
        {
            var combiningClass = UnicodeForms.ClassOf(codePoint);
            // A mark of the same class or a higher one in between keeps it from the starter.
            if (starter >= 0 && lastClass < combiningClass
                && UnicodeForms.TryCompose(codePoints[starter], codePoint, out var composed))
            {
                codePoints[starter] = composed;
                continue;
            }

            if (combiningClass == 0)
                (starter, lastClass) = (written, Adjacent);
            else
                lastClass = combiningClass;
            codePoints[written++] = codePoint;
        }

        return codePoints[..written];
    }
}
