using System.Buffers;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// SentencePiece's byte-pair encoding: of all neighbours that together are a piece, those of the best piece merge, the
/// leftmost first, until none are. What is no piece in the end is unknown.
/// </summary>
/// <remarks>
/// A piece's pairs are all cuts of it into two parts that are themselves pieces or single characters; a character that
/// is only a part gets a number behind the pieces'. Where no pair spans two characters of which the second is ▁, the
/// text is cut before it, and what is cut is merged by itself: the same merges, in less memory, and an overfull output
/// ends the work.
/// </remarks>
internal sealed class SentencePieceBpeModel : ITokenModel
{
    private const int None = MergeSymbol.None;

    private readonly SentencePieceVocabulary _vocabulary;
    private readonly BpeMerges _merges;
    private readonly CodePointMap<int> _characters;
    private readonly PieceTrie? _symbols;
    private readonly bool _cutsBeforeSpaces;

    /// <summary>Creates a model.</summary>
    /// <param name="vocabulary">The pieces; none is of the kind <see cref="SentencePieceKind.Unused"/>.</param>
    /// <param name="symbols">The user's symbols, which stand alone wherever they are; null where there are none.</param>
    public SentencePieceBpeModel(SentencePieceVocabulary vocabulary, PieceTrie? symbols)
    {
        _vocabulary = vocabulary;
        _symbols = symbols;
        var numbers = NumberParts(vocabulary.Pieces);
        var lookup = numbers.GetAlternateLookup<ReadOnlySpan<char>>();
        var ranks = Ranks(vocabulary.Pieces);
        var pairs = new List<(int Left, int Right, int Piece)>();
        for (var i = 0; i < vocabulary.Pieces.Count; i++)
        {
            if (vocabulary.Pieces[i].Kind != SentencePieceKind.Normal)
                continue;
            var text = vocabulary.Pieces[i].Text.AsSpan();
            for (var cut = 1; cut < text.Length; cut++)
            {
                if (lookup.TryGetValue(text[..cut], out var left) && lookup.TryGetValue(text[cut..], out var right))
                    pairs.Add((left, right, i));
            }
        }

        _merges = new BpeMerges(pairs.Count);
        foreach (var (left, right, piece) in pairs)
            _merges.Add(left, right, ranks[piece], piece);
        _characters = new CodePointMap<int>(codePoint =>
            Rune.IsValid(codePoint)
                ? numbers.GetValueOrDefault(char.ConvertFromUtf32(codePoint), None)
                : None);
        _cutsBeforeSpaces = symbols is null && vocabulary.Pieces.All(
            p => p.Kind != SentencePieceKind.Normal || !HasSpaceBehindOther(p.Text));
    }

    public int Count => _vocabulary.Pieces.Count;

    public int LargestId => _vocabulary.LargestId;

    public bool TryGetId(string token, out int id) => _vocabulary.TryGetId(token, out id);

    public void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens)
    {
        var afterUnknown = false;
        while (!word.IsEmpty && !tokens.Overflowed)
        {
            var length = _cutsBeforeSpaces ? WordLength(word) : word.Length;
            Merge(word[..length], ref afterUnknown, ref tokens);
            word = word[length..];
        }
    }

    /// <summary>A run of ▁ and what follows up to the next.</summary>
    private static int WordLength(ReadOnlySpan<char> text)
    {
        var start = text.IndexOfAnyExcept(MetaspacePreTokenizer.Space);
        if (start < 0)
            return text.Length;
        var length = text[start..].IndexOf(MetaspacePreTokenizer.Space);
        return length < 0 ? text.Length : start + length;
    }

    private static bool HasSpaceBehindOther(string piece) =>
        piece.AsSpan().TrimStart(MetaspacePreTokenizer.Space).Contains(MetaspacePreTokenizer.Space);

    /// <summary>Numbers of what may be merged by text: pieces, and the single characters that pieces have.</summary>
    private static Dictionary<string, int> NumberParts(IReadOnlyList<SentencePiece> pieces)
    {
        var numbers = new Dictionary<string, int>();
        for (var i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Kind == SentencePieceKind.Normal)
                numbers.Add(pieces[i].Text, i);
        }

        var next = pieces.Count;
        foreach (var piece in pieces.Where(p => p.Kind == SentencePieceKind.Normal))
        {
            foreach (var rune in piece.Text.EnumerateRunes())
                next += numbers.TryAdd(rune.ToString(), next) ? 1 : 0;
        }

        return numbers;
    }

    /// <summary>For each piece how many scores are better than its own.</summary>
    private static int[] Ranks(IReadOnlyList<SentencePiece> pieces)
    {
        var order = pieces.Select(p => p.Score).Distinct().OrderDescending().Index().ToDictionary(s => s.Item, s => s.Index);
        return [.. pieces.Select(p => order[p.Score])];
    }

    private void Merge(scoped ReadOnlySpan<char> text, ref bool afterUnknown, ref TokenSink tokens)
    {
        const int Small = 64;
        var pooled = text.Length > Small ? ArrayPool<MergeSymbol>.Shared.Rent(text.Length) : null;
        var pooledHeap = text.Length > Small ? ArrayPool<ulong>.Shared.Rent(text.Length * 2) : null;
        Span<MergeSymbol> symbols = pooled ?? stackalloc MergeSymbol[Small];
        var heap = new MergeHeap(pooledHeap ?? stackalloc ulong[Small * 2]);
        symbols = symbols[..ReadSymbols(text, symbols)];
        MergeSymbol.MergeAll(symbols, _merges, ref heap);
        for (int i = 0, next; i < symbols.Length; i = next)
        {
            next = symbols[i].Next;
            var number = symbols[i].Token;
            var known = number >= 0 && number < _vocabulary.Pieces.Count;
            if (!known)
            {
                var end = next < symbols.Length ? symbols[next].Start : text.Length;
                _vocabulary.AddUnknown(text[symbols[i].Start..end], afterUnknown, ref tokens);
            }
            else
            {
                tokens.Add(_vocabulary.IdOf(number));
            }

            afterUnknown = !known;
        }

        if (pooled is not null)
        {
            ArrayPool<MergeSymbol>.Shared.Return(pooled);
            ArrayPool<ulong>.Shared.Return(pooledHeap!);
        }
    }

    private int ReadSymbols(ReadOnlySpan<char> text, Span<MergeSymbol> symbols)
    {
        var count = 0;
        for (int at = 0, length; at < text.Length; at += length)
        {
            var symbol = None;
            // A user's symbol has a piece, but no pair.
            if (_symbols is null || !_symbols.TryMatch(text[at..], PieceTrie.Root, out symbol, out length))
            {
                Rune.DecodeFromUtf16(text[at..], out var rune, out length);
                symbol = _characters[rune.Value];
            }

            symbols[count] = new MergeSymbol { Token = symbol, Start = at, Previous = count - 1, Next = count + 1 };
            count++;
        }

        return count;
    }
}
