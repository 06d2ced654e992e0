namespace PgEmbed.Streaming;

/// <summary>Some items that follow one another in a stream, and their texts, embedded in one call.</summary>
internal sealed class StreamWindow<T>
{
    // So many short texts, sorted by length, fill batches almost without padding. More of them would need vectors of
    // many megabytes at once, which the garbage collector lets lie for long; and a window of long texts is still a few.
    private const int MostTexts = 1024;
    private const int EnoughCharacters = 1 << 20;

    private readonly List<T> _items = [];
    private readonly List<string> _texts = [];
    private long _characters;

    public IReadOnlyList<T> Items => _items;

    public IReadOnlyList<string> Texts => _texts;

    public bool IsEmpty => _items.Count == 0;

    public bool IsFull => _items.Count >= MostTexts || _characters >= EnoughCharacters;

    public void Add(T item, string text)
    {
        _items.Add(item);
        _texts.Add(text);
        _characters += text.Length;
    }
}
