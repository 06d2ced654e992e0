namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Token ids written one after another into the caller's memory. It counts on behind the end without writing, so a
/// word can be taken back there too.
/// </summary>
internal ref struct TokenSink(Span<int> ids)
{
    private readonly Span<int> _ids = ids;
    private int _room = ids.Length;

    /// <summary>How many ids came, those that found no room included. Set back to take ids back.</summary>
    public int Count { get; set; }

    /// <summary>Whether an id found no room.</summary>
    public readonly bool Overflowed => Count > _room;

    /// <summary>A sink that keeps no id and never overflows.</summary>
    public static TokenSink Counting() => new([]) { _room = int.MaxValue };

    public void Add(int id)
    {
        if (Count < _ids.Length)
            _ids[Count] = id;
        Count++;
    }
}
