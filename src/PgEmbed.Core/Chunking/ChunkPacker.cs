namespace PgEmbed.Chunking;

/// <summary>
/// Puts a text's units into chunks. A part that has room stays whole; one that has not is parted at its strongest
/// breaks and the parts are put together again as far as they have room, each too large part being parted further.
/// </summary>
/// <remarks>
/// Tokens of units are added up, which takes time in proportion to the text, and each chunk is counted once more as it
/// is: where a tokenizer makes more of the whole than of its units, the chunk is halved.
/// </remarks>
internal sealed class ChunkPacker
{
    private readonly string _text;
    private readonly List<TextUnit> _units;
    private readonly TokenCounter _count;
    private readonly int _maxTokens;
    private readonly int _overlap;
    private readonly long[] _tokensBefore;
    private readonly List<TextChunk> _chunks = [];
    private int _lastStart;

    /// <summary>Creates a packer.</summary>
    /// <param name="text">The text.</param>
    /// <param name="units">Its units.</param>
    /// <param name="count">Counts tokens.</param>
    /// <param name="maxTokens">The most tokens of a chunk.</param>
    /// <param name="overlap">How many of them at most are repeated from the chunk before.</param>
    public ChunkPacker(string text, List<TextUnit> units, TokenCounter count, int maxTokens, int overlap = 0)
    {
        _text = text;
        _units = units;
        _count = count;
        _maxTokens = maxTokens;
        _overlap = overlap;
        _tokensBefore = new long[units.Count + 1];
        for (var i = 0; i < units.Count; i++)
            _tokensBefore[i + 1] = _tokensBefore[i] + units[i].Tokens;
    }

    /// <summary>Packs the whole text.</summary>
    public IReadOnlyList<TextChunk> Pack()
    {
        Pack(0, _units.Count, TextBreak.Section);
        return _chunks;
    }

    /// <summary>Packs each part between breaks of a strength for itself.</summary>
    public IReadOnlyList<TextChunk> PackEach(TextBreak strength)
    {
        for (var part = 0; part < _units.Count;)
        {
            var next = NextBreak(part, _units.Count, strength);
            Pack(part, next, strength - 1);
            part = next;
        }

        return _chunks;
    }

    private void Pack(int from, int to, TextBreak strength)
    {
        var open = from;
        for (var part = from; part < to;)
        {
            var next = NextBreak(part, to, strength);
            if (!HasRoom(open, next))
            {
                Close(open, part);
                open = part;
                if (!HasRoom(part, next) && strength > TextBreak.Character)
                {
                    Pack(part, next, strength - 1);
                    open = next;
                }
            }

            part = next;
        }

        Close(open, to);
    }

    private int NextBreak(int unit, int to, TextBreak strength)
    {
        do
            unit++;
        while (unit < to && _units[unit].Before < strength);
        return unit;
    }

    private bool HasRoom(int from, int to) => Tokens(from, to) <= _maxTokens - (from > 0 ? _overlap : 0);

    private long Tokens(int from, int to) => _tokensBefore[to] - _tokensBefore[from];

    private void Close(int from, int to)
    {
        if (from == to)
            return;
        // Not so far back that the chunk before would be a part of this one.
        var start = from;
        while (start > _lastStart + 1 && Tokens(start - 1, from) <= _overlap)
            start--;
        while (Count(start, to) > _maxTokens)
        {
            if (start < from)
            {
                start++;
            }
            else if (to - from > 1)
            {
                var middle = from + ((to - from) / 2);
                Close(from, middle);
                Close(middle, to);
                return;
            }
            else
            {
                break;
            }
        }

        _lastStart = start;
        _chunks.Add(ChunkOf(start, to));
    }

    private int Count(int from, int to)
    {
        var chunk = ChunkOf(from, to);
        return _count(_text.AsSpan(chunk.Start, chunk.Length));
    }

    private TextChunk ChunkOf(int from, int to) =>
        new(_units[from].Start, _units[to - 1].End - _units[from].Start);
}
