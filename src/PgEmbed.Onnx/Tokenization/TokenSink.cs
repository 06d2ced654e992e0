namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Token ids written one after another into the caller's memory. It counts on behind the end without writing, so a
/// word can be taken back there too.
/// </summary>
internal ref struct TokenSink(Span<int> ids)
{
    private readonly Span<int> _ids = ids;

    /// <summary>How many ids came, those that found no room included. Set back to take ids back.</summary>
    public int Count { get; set; }

    /// <summary>Whether an id found no room.</summary>
    public readonly bool Overflowed => Count > _ids.Length;

    public void Add(int id)
    {
        if (Count < _ids.Length)
            _ids[Count] = id;
        Count++;
    }
}
