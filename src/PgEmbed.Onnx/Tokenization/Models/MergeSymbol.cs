namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A part of a word and the places of its neighbours: an element of the linked list in which byte-pair encoding merges.
/// </summary>
internal struct MergeSymbol
{
    /// <summary>No token: the part is unknown, or merged into the one before.</summary>
    public const int None = -1;

    /// <summary>The part's token, or <see cref="None"/>.</summary>
    public int Token;

    /// <summary>Where it begins in the word, for those who need to know.</summary>
    public int Start;

    /// <summary>The place of the part before, -1 for none.</summary>
    public int Previous;

    /// <summary>The place of the part behind; at the end, the number of symbols.</summary>
    public int Next;

    /// <summary>
    /// Merges neighbours, those of the lowest rank first and of equal ones the leftmost, until none merge.
    /// </summary>
    /// <param name="symbols">The word's smallest parts, in their order; a linked list of what is left afterwards.</param>
    /// <param name="merges">What merges.</param>
    /// <param name="heap">Room for twice as many places.</param>
    /// <remarks>
    /// The heap holds rank and place of every pair that may merge. A pair whose symbols have changed since is told by
    /// its rank and passed over, so a word of n characters takes n·log n steps, with nothing allocated.
    /// </remarks>
    public static void MergeAll(Span<MergeSymbol> symbols, BpeMerges merges, ref MergeHeap heap)
    {
        for (var i = 0; i + 1 < symbols.Length; i++)
            Push(symbols, i, merges, ref heap);
        while (heap.TryPop(out var rank, out var at))
        {
            ref var left = ref symbols[at];
            if (left.Token < 0 || left.Next >= symbols.Length)
                continue;
            ref var right = ref symbols[left.Next];
            if (right.Token < 0 || merges.RankOf(left.Token, right.Token, out var merged) != rank)
                continue;
            left.Token = merged;
            left.Next = right.Next;
            right.Token = None;
            if (left.Next < symbols.Length)
            {
                symbols[left.Next].Previous = at;
                Push(symbols, at, merges, ref heap);
            }

            if (left.Previous >= 0)
                Push(symbols, left.Previous, merges, ref heap);
        }
    }

    private static void Push(Span<MergeSymbol> symbols, int at, BpeMerges merges, ref MergeHeap heap)
    {
        var (left, right) = (symbols[at].Token, symbols[symbols[at].Next].Token);
        if (left < 0 || right < 0)
            return;
        var rank = merges.RankOf(left, right, out _);
        if (rank != BpeMerges.None)
            heap.Push(rank, at);
    }
}
