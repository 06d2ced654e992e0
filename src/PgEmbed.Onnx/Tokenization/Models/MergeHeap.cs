namespace PgEmbed.Onnx.Tokenization;

/// <summary>A binary heap of places in a word, the lowest rank on top and of equal ones the leftmost.</summary>
internal ref struct MergeHeap(Span<ulong> room)
{
    private readonly Span<ulong> _items = room;
    private int _count;

    public void Push(int rank, int place)
    {
        var item = ((ulong)(uint)rank << 32) | (uint)place;
        var at = _count++;
        while (at > 0 && _items[(at - 1) / 2] > item)
        {
            _items[at] = _items[(at - 1) / 2];
            at = (at - 1) / 2;
        }

        _items[at] = item;
    }

    public bool TryPop(out int rank, out int place)
    {
        rank = place = 0;
        if (_count == 0)
            return false;
        (rank, place) = ((int)(_items[0] >> 32), (int)(uint)_items[0]);
        var last = _items[--_count];
        var at = 0;
        for (var child = 1; child < _count; child = (2 * at) + 1)
        {
            if (child + 1 < _count && _items[child + 1] < _items[child])
                child++;
            if (_items[child] >= last)
                break;
            _items[at] = _items[child];
            at = child;
        }

        _items[at] = last;
        return true;
    }
}
