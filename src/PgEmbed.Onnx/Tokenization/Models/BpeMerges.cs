using System.Numerics;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>What two neighbouring tokens merge into, and how early: an open-addressed table by both ids.</summary>
internal sealed class BpeMerges
{
    /// <summary>The rank of a pair that does not merge.</summary>
    public const int None = int.MaxValue;

    private readonly Entry[] _entries;
    private readonly int _shift;

    /// <summary>Creates a table.</summary>
    /// <param name="count">How many pairs are added at most.</param>
    public BpeMerges(int count)
    {
        var bits = BitOperations.Log2(BitOperations.RoundUpToPowerOf2((uint)Math.Max(count, 8) * 2));
        _entries = new Entry[1 << bits];
        _shift = 64 - bits;
    }

    /// <summary>Adds a pair; one added before under the same ids is replaced.</summary>
    public void Add(int left, int right, int rank, int merged)
    {
        ref var entry = ref Find(Key(left, right));
        entry = new Entry(Key(left, right), rank, merged);
    }

    /// <summary>
    /// The rank of a pair, smaller for earlier, or <see cref="None"/>; and the id that it merges into.
    /// </summary>
    public int RankOf(int left, int right, out int merged)
    {
        ref var entry = ref Find(Key(left, right));
        merged = entry.Merged;
        return entry.Key == 0 ? None : entry.Rank;
    }

    private ref Entry Find(ulong key)
    {
        // Fibonacci hashing: the top bits of the product are well mixed.
        var slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_entries[slot].Key != key && _entries[slot].Key != 0)
            slot = (slot + 1) & (_entries.Length - 1);
        return ref _entries[slot];
    }

    // Never 0, which marks an empty slot.
    private static ulong Key(int left, int right) => (((ulong)(uint)left << 32) | (uint)right) + 1;

    private readonly record struct Entry(ulong Key, int Rank, int Merged);
}
