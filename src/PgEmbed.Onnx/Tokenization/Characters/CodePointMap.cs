namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A value for each code point, computed a page of 256 at a time when one of the page is first asked for. Safe to read
/// from many threads: two that fill a page at once compute the same.
/// </summary>
internal sealed class CodePointMap<T>(Func<int, T> compute)
{
    private readonly T[]?[] _pages = new T[]?[0x110000 >> 8];

    public T this[int codePoint] => (_pages[codePoint >> 8] ?? Fill(codePoint >> 8))[codePoint & 0xFF];

    private T[] Fill(int page)
    {
        var values = new T[256];
        for (var i = 0; i < values.Length; i++)
            values[i] = compute((page << 8) + i);
        Volatile.Write(ref _pages[page], values);
        return values;
    }
}
