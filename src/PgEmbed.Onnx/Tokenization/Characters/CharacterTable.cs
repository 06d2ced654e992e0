namespace PgEmbed.Onnx.Tokenization;

/// <summary>A value for each character that is quick to ask in a text: an array for ASCII, pages for the others.</summary>
internal sealed class CharacterTable<T>
{
    private readonly T[] _ascii = new T[128];
    private readonly CodePointMap<T> _map;

    public CharacterTable(Func<int, T> compute)
    {
        _map = new CodePointMap<T>(compute);
        for (var i = 0; i < _ascii.Length; i++)
            _ascii[i] = compute(i);
    }

    /// <summary>The value of the code point at a place; its length in chars is 1 or 2.</summary>
    public T At(ReadOnlySpan<char> text, int at, out int length)
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
