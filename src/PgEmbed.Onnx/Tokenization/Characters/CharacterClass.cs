namespace PgEmbed.Onnx.Tokenization;

/// <summary>A set of code points that is quick to ask.</summary>
internal sealed class CharacterClass(Func<int, bool> contains)
{
    private readonly CharacterTable<bool> _table = new(contains);

    public CharacterClass(CodePointSet set)
        : this(set.Contains)
    {
    }

    /// <summary>Whether the code point at a place is in the set; its length in chars is 1 or 2.</summary>
    public bool Contains(ReadOnlySpan<char> text, int at, out int length) => _table.At(text, at, out length);
}
