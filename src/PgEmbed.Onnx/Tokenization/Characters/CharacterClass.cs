namespace PgEmbed.Onnx.Tokenization;

/// <summary>A set of code points that is quick to ask: bits for ASCII, pages filled at need for the others.</summary>
internal sealed class CharacterClass
{
    private readonly bool[] _ascii = new bool[128];
    private readonly CodePointMap<bool> _map;

    public CharacterClass(CodePointSet set)
        : this(set.Contains)
    {
    }

    /// <summary>The code points of which something holds.</summary>
    public CharacterClass(Func<int, bool> contains)
    {
        _map = new CodePointMap<bool>(contains);
        for (var i = 0; i < _ascii.Length; i++)
            _ascii[i] = contains(i);
    }

    /// <summary>Whether the code point at a place is in the set; its length in chars is 1 or 2.</summary>
    public bool Contains(ReadOnlySpan<char> text, int at, out int length)
    {
        var first = text[at];
        length = 1;
        if (first < 128)
            return _ascii[first];
        // The text has no half of a surrogate pair alone.
        if (!char.IsHighSurrogate(first))
            return _map[first];
        length = 2;
        return _map[char.ConvertToUtf32(first, text[at + 1])];
    }
}
