using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Byte-pair encoding: a word's characters are its first tokens; of all neighbours that merge, those of the lowest rank
/// merge, the leftmost first, until none do (Sennrich et al. 2016).
/// </summary>
/// <remarks>
/// Most words are one token: where merging has once made a word's own token of all its characters, the word is looked
/// up from then on. Threads that find this out at once find the same.
/// </remarks>
internal sealed class BpeModel : ITokenModel
{
    private const int None = MergeSymbol.None;

    private readonly Dictionary<string, int> _vocabulary;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _words;
    private readonly bool _ignoreMerges;

    // By id: whether merging makes this token of its own characters.
    private readonly Wholeness[] _wholeness;
    private readonly BpeMerges _merges;
    private readonly int _unknownId;
    private readonly bool _fuseUnknown;
    private readonly int[]? _byteIds;
    private readonly CodePointMap<int> _alone;
    private readonly CodePointMap<int> _first;
    private readonly CodePointMap<int> _middle;
    private readonly CodePointMap<int> _last;

    /// <summary>Creates a model.</summary>
    /// <param name="vocabulary">Ids by token.</param>
    /// <param name="merges">What merges into what.</param>
    /// <param name="unknownId">The id of a character that is not in the vocabulary; null leaves it out.</param>
    /// <param name="fuseUnknown">Whether neighbouring unknown characters are one token.</param>
    /// <param name="byteFallback">Whether a character that is not in the vocabulary is its bytes' tokens.</param>
    /// <param name="ignoreMerges">Whether a word of the vocabulary is its token, whatever merging makes of it.</param>
    /// <param name="continuationPrefix">What a character that continues a word begins with in the vocabulary.</param>
    /// <param name="wordSuffix">What a word's last character ends with in the vocabulary.</param>
    public BpeModel(
        Dictionary<string, int> vocabulary,
        BpeMerges merges,
        int? unknownId,
        bool fuseUnknown,
        bool byteFallback,
        bool ignoreMerges,
        string continuationPrefix,
        string wordSuffix)
    {
        _vocabulary = vocabulary;
        _merges = merges;
        _unknownId = unknownId ?? None;
        _fuseUnknown = fuseUnknown;
        _byteIds = byteFallback
            ? [.. Enumerable.Range(0, 256).Select(i => vocabulary.GetValueOrDefault($"<0x{i:X2}>", None))]
            : null;
        _alone = IdsOf("", wordSuffix);
        _first = IdsOf("", "");
        _middle = IdsOf(continuationPrefix, "");
        _last = IdsOf(continuationPrefix, wordSuffix);
        LargestId = vocabulary.Values.DefaultIfEmpty(None).Max();
        _words = vocabulary.GetAlternateLookup<ReadOnlySpan<char>>();
        _ignoreMerges = ignoreMerges;
        _wholeness = ignoreMerges ? [] : MakeWholeness();
    }

    private enum Wholeness : byte
    {
        Unknown,
        Whole,
        Parted,
    }

    public int Count => _vocabulary.Count;

    public int LargestId { get; }

    public bool TryGetId(string token, out int id) => _vocabulary.TryGetValue(token, out id);

    public void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens)
    {
        if (_words.TryGetValue(word, out var id) && (_ignoreMerges || IsWhole(word, id)))
            tokens.Add(id);
        else
            Merge(word, ref tokens);
    }

    private CodePointMap<int> IdsOf(string prefix, string suffix) => new(codePoint =>
        Rune.IsValid(codePoint)
            ? _vocabulary.GetValueOrDefault($"{prefix}{char.ConvertFromUtf32(codePoint)}{suffix}", None)
            : None);

    /// <summary>Room for every id; none where two tokens share one, or where most numbers are no ids.</summary>
    private Wholeness[] MakeWholeness()
    {
        if (LargestId >= (2L * Count) + 1000)
            return [];
        var seen = new bool[LargestId + 1];
        foreach (var id in _vocabulary.Values)
        {
            if (seen[id])
                return [];
            seen[id] = true;
        }

        return new Wholeness[seen.Length];
    }

    private bool IsWhole(scoped ReadOnlySpan<char> token, int id)
    {
        if (id >= _wholeness.Length)
            return false;
        if (_wholeness[id] == Wholeness.Unknown)
        {
            Span<int> ids = stackalloc int[1];
            var tokens = new TokenSink(ids);
            Merge(token, ref tokens);
            _wholeness[id] = tokens.Count == 1 && ids[0] == id ? Wholeness.Whole : Wholeness.Parted;
        }

        return _wholeness[id] == Wholeness.Whole;
    }

    [SkipLocalsInit]
    private void Merge(scoped ReadOnlySpan<char> word, ref TokenSink tokens)
    {
        const int Small = 128;
        // A character of one UTF-16 unit has up to three bytes; one of two has four.
        var capacity = checked(_byteIds is null ? word.Length : word.Length * 3);
        var pooled = capacity > Small ? ArrayPool<MergeSymbol>.Shared.Rent(capacity) : null;
        var pooledHeap = capacity > Small ? ArrayPool<ulong>.Shared.Rent(capacity * 2) : null;
        var symbols = pooled ?? stackalloc MergeSymbol[Small];
        var heap = new MergeHeap(pooledHeap ?? stackalloc ulong[Small * 2]);
        var count = ReadSymbols(word, symbols);
        MergeSymbol.MergeAll(symbols[..count], _merges, ref heap);
        for (var i = 0; i < count; i = symbols[i].Next)
            tokens.Add(symbols[i].Token);
        if (pooled is not null)
        {
            ArrayPool<MergeSymbol>.Shared.Return(pooled);
            ArrayPool<ulong>.Shared.Return(pooledHeap!);
        }
    }

    private int ReadSymbols(ReadOnlySpan<char> word, Span<MergeSymbol> symbols)
    {
        var count = 0;
        var unknown = false;
        for (int at = 0, length; at < word.Length; at += length)
        {
            Rune.DecodeFromUtf16(word[at..], out var rune, out length);
            var isLast = at + length == word.Length;
            var ids = at == 0 ? (isLast ? _alone : _first) : isLast ? _last : _middle;
            var id = ids[rune.Value];
            if (id < 0 && TryAddBytes(rune, symbols, ref count))
                continue;
            // An unknown character comes only before the next one: bytes in between go before it, as in the library.
            if (unknown && (id >= 0 || !_fuseUnknown))
            {
                Append(symbols, ref count, _unknownId);
                unknown = false;
            }

            if (id >= 0)
                Append(symbols, ref count, id);
            else
                unknown = _unknownId >= 0;
        }

        if (unknown)
            Append(symbols, ref count, _unknownId);
        return count;
    }

    private bool TryAddBytes(Rune rune, Span<MergeSymbol> symbols, ref int count)
    {
        if (_byteIds is null)
            return false;
        Span<byte> bytes = stackalloc byte[4];
        bytes = bytes[..rune.EncodeToUtf8(bytes)];
        foreach (var value in bytes)
        {
            if (_byteIds[value] < 0)
                return false;
        }

        foreach (var value in bytes)
            Append(symbols, ref count, _byteIds[value]);
        return true;
    }

    private static void Append(Span<MergeSymbol> symbols, ref int count, int id)
    {
        symbols[count] = new MergeSymbol { Token = id, Previous = count - 1, Next = count + 1 };
        count++;
    }
}
