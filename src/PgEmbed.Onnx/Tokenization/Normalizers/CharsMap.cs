using System.Buffers.Binary;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// SentencePiece's precompiled normalization rules: at each place of a text, the longest rule that begins there
/// replaces what it matches; a character at which none begins stays.
/// </summary>
/// <remarks>
/// The form (<c>precompiled_charsmap</c>): the size of a double-array trie in bytes, the trie, then the replacements,
/// each ended by a zero byte; all little-endian. The trie is Darts-clone's, over UTF-8 bytes, in units of 32 bits: bits
/// 0–7 the label, bit 8 whether a rule ends here, bits 10–31 the offset to the children, by 256 greater if bit 9 is
/// set; the child by a byte is the node's position xor its offset xor the byte. Where a rule ends, the child by 0 holds
/// the position of its replacement, marked by bit 31.
/// </remarks>
internal sealed class CharsMap
{
    private const uint LeafMark = 1u << 31;

    private readonly uint[] _units;
    private readonly string _replacements;

    // Where the byte of a replacement stands in the string.
    private readonly int[] _replacementStarts;

    // UTF-16 units at which no rule begins.
    private readonly ulong[] _untouched = new ulong[(char.MaxValue + 1) / 64];

    // ASCII characters at which no rule begins that goes on with ASCII.
    private readonly bool[] _untouchedBeforeAscii = new bool[128];

    private CharsMap(uint[] units, string replacements, int[] replacementStarts)
    {
        _units = units;
        _replacements = replacements;
        _replacementStarts = replacementStarts;
        Span<byte> utf8 = stackalloc byte[4];
        for (var unit = 1; unit <= char.MaxValue; unit++)
        {
            if (char.IsSurrogate((char)unit))
                continue;
            var position = 0;
            var length = new Rune(unit).EncodeToUtf8(utf8);
            if (!Descend(ref position, utf8[..length]))
                _untouched[unit >> 6] |= 1ul << unit;
            else if (unit < 128)
                _untouchedBeforeAscii[unit] = !EndsRule(position) && !GoesOnWithAscii(position);
        }

        _untouched[0] |= 1;
    }

    /// <summary>Reads the compiled form.</summary>
    /// <param name="compiled">The bytes.</param>
    /// <param name="place">The file and part, for messages.</param>
    /// <exception cref="PgEmbedException">It is damaged.</exception>
    public static CharsMap Read(ReadOnlySpan<byte> compiled, string place)
    {
        if (compiled.Length < 4)
            throw Damaged(place, "it has no trie");
        var size = BinaryPrimitives.ReadUInt32LittleEndian(compiled);
        if (size == 0 || size % 4 != 0 || size > compiled.Length - 4)
            throw Damaged(place, $"{size} bytes of trie can't be in {compiled.Length}");
        var units = new uint[size / 4];
        for (var i = 0; i < units.Length; i++)
            units[i] = BinaryPrimitives.ReadUInt32LittleEndian(compiled[(4 + (i * 4))..]);
        var blob = compiled[(4 + (int)size)..];
        if (blob.IsEmpty || blob[^1] != 0)
            throw Damaged(place, "the last replacement does not end");
        string replacements;
        try
        {
            replacements = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(blob);
        }
        catch (DecoderFallbackException e)
        {
            throw Damaged(place, "a replacement is not UTF-8", e);
        }

        var starts = StartsOf(replacements, blob.Length);
        CheckTrie(units, starts, place);
        return new CharsMap(units, replacements, starts);
    }

    /// <summary>How many characters at a text's beginning no rule touches, as far as that is quickly told.</summary>
    public int UntouchedLength(ReadOnlySpan<char> text)
    {
        var i = 0;
        for (; i < text.Length; i++)
        {
            var unit = text[i];
            if (unit < 128 && _untouchedBeforeAscii[unit] && i + 1 < text.Length && text[i + 1] < 128)
                continue;
            if ((_untouched[unit >> 6] >> unit & 1) == 0)
                break;
        }

        return i;
    }

    /// <summary>Normalizes what one rule or one character takes at a text's beginning.</summary>
    /// <param name="text">The text, not empty and without unpaired surrogates.</param>
    /// <param name="normalized">What becomes of it; may be empty.</param>
    /// <returns>How many characters were taken.</returns>
    public int Next(ReadOnlySpan<char> text, out ReadOnlySpan<char> normalized)
    {
        var position = 0;
        var taken = 0;
        var rule = -1;
        Span<byte> utf8 = stackalloc byte[4];
        for (var i = 0; i < text.Length;)
        {
            Rune.DecodeFromUtf16(text[i..], out var rune, out var length);
            if (rune.Value == 0 || !Descend(ref position, utf8[..rune.EncodeToUtf8(utf8)]))
                break;
            i += length;
            if (!EndsRule(position))
                continue;
            taken = i;
            rule = (int)(_units[position ^ Offset(_units[position])] & ~LeafMark);
        }

        if (taken == 0)
        {
            taken = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
            normalized = text[..taken];
            return taken;
        }

        normalized = _replacements.AsSpan(_replacementStarts[rule]);
        normalized = normalized[..normalized.IndexOf('\0')];
        return taken;
    }

    private bool Descend(ref int position, ReadOnlySpan<byte> bytes)
    {
        foreach (var value in bytes)
        {
            var child = position ^ Offset(_units[position]) ^ value;
            if (child >= _units.Length || Label(_units[child]) != value)
                return false;
            position = child;
        }

        return true;
    }

    private bool EndsRule(int position) => HasLeaf(_units[position]);

    private bool GoesOnWithAscii(int position)
    {
        for (var value = 1; value < 128; value++)
        {
            var next = position;
            if (Descend(ref next, [(byte)value]))
                return true;
        }

        return false;
    }

    /// <summary>The place in the text of each byte; -1 within a character.</summary>
    private static int[] StartsOf(string text, int byteCount)
    {
        var starts = new int[byteCount];
        Array.Fill(starts, -1);
        var at = 0;
        var i = 0;
        foreach (var rune in text.EnumerateRunes())
        {
            starts[at] = i;
            at += rune.Utf8SequenceLength;
            i += rune.Utf16SequenceLength;
        }

        return starts;
    }

    /// <summary>Goes through all nodes once: every rule has its replacement, and no path comes back to itself.</summary>
    private static void CheckTrie(uint[] units, int[] replacementStarts, string place)
    {
        // 0 not seen, 1 on the way down, 2 done. Nodes may be shared by paths, but a path is never endless.
        var states = new byte[units.Length];
        var open = new Stack<int>();
        open.Push(0);
        while (open.TryPeek(out var node))
        {
            if (states[node] != 0)
            {
                states[node] = 2;
                open.Pop();
                continue;
            }

            states[node] = 1;
            var children = node ^ Offset(units[node]);
            if (HasLeaf(units[node]))
            {
                if (children >= units.Length || (units[children] & LeafMark) == 0)
                    throw Damaged(place, "a rule has no replacement");
                var start = units[children] & ~LeafMark;
                if (start >= replacementStarts.Length || replacementStarts[start] < 0)
                    throw Damaged(place, $"a replacement can't begin at {start}");
            }

            for (var value = 1; value < 256; value++)
            {
                var child = children ^ value;
                if (child >= units.Length || Label(units[child]) != value || states[child] == 2)
                    continue;
                if (states[child] == 1)
                    throw Damaged(place, "its trie has a circle");
                open.Push(child);
            }
        }
    }

    // A leaf's label has the mark, so it is no byte's.
    private static uint Label(uint unit) => unit & (LeafMark | 0xFF);

    private static bool HasLeaf(uint unit) => (unit >> 8 & 1) != 0;

    private static int Offset(uint unit) => (int)(unit >> 10 << (int)((unit & (1u << 9)) >> 6));

    private static PgEmbedException Damaged(string place, string how, Exception? cause = null) =>
        new($"{place}: the precompiled character map is damaged: {how}.", "Fetch the file again.", cause);
}
