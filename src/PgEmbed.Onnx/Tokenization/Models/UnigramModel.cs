using System.Buffers;
using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// Unigram (Kudo 2018, arXiv:1804.10959): of all ways to cut a text into pieces, the one with the highest sum of
/// scores.
/// </summary>
/// <remarks>
/// Viterbi's algorithm over the characters, with the arithmetic of SentencePiece, whose choice between equally good
/// ways depends on it: the sum at each place is kept as a float, a candidate is compared as a double, and on equality
/// the earlier stays, which is the one with the longer last piece. A character without a piece of its own costs the
/// lowest score less 10. Wherever no piece reaches over a place, all ways meet: what is before it is written at once,
/// so memory stays small and an overfull output ends the work.
/// </remarks>
internal sealed class UnigramModel : ITokenModel
{
    private const float UnknownPenalty = 10;
    private const int None = -1;
    private const int SmallestWindow = 1024;

    private readonly SentencePieceVocabulary _vocabulary;
    private readonly SortedTrie _trie;
    private readonly double[] _scores;
    private readonly float _unknownScore;

    /// <summary>Creates a model.</summary>
    public UnigramModel(SentencePieceVocabulary vocabulary)
    {
        _vocabulary = vocabulary;
        var normal = vocabulary.Pieces.Where(p => p.Kind == SentencePieceKind.Normal).Select(p => p.Score).ToList();
        _unknownScore = normal.DefaultIfEmpty(float.MaxValue).Min() - UnknownPenalty;
        // A user's symbol costs next to nothing, the less the longer, so it always wins over other pieces. The
        // smallest float above 0 is SentencePiece's bound from below.
        var highest = Math.Max(normal.DefaultIfEmpty().Max(), 1.17549435e-38f);
        _scores =
        [
            .. vocabulary.Pieces.Select(p => p.Kind == SentencePieceKind.UserDefined
                ? (Encoding.UTF8.GetByteCount(p.Text) * highest) - 0.1
                : p.Score),
        ];
        _trie = new SortedTrie(
            vocabulary.Pieces.Index()
                .Where(p => p.Item.Kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined)
                .Select(p => KeyValuePair.Create(p.Item.Text, p.Index)));
        CrossesWords = vocabulary.Pieces.Any(
            p => p.Kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined
                && p.Text.LastIndexOf(MetaspacePreTokenizer.Space) > 0);
    }

    /// <summary>Whether a piece has ▁ behind its first character, so that cutting texts before each changes tokens.</summary>
    public bool CrossesWords { get; }

    public int Count => _vocabulary.Pieces.Count;

    public int LargestId => _vocabulary.LargestId;

    public bool TryGetId(string token, out int id) => _vocabulary.TryGetId(token, out id);

    public void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens)
    {
        // Places are counted from where the ways last met.
        var places = ArrayPool<Place>.Shared.Rent(Math.Max(SmallestWindow, _trie.LongestString + 2));
        places[0].Score = 0;
        var met = 0;
        var furthest = 0;
        var afterUnknown = false;
        for (var at = 0; at < word.Length;)
        {
            var place = at - met;
            if (place == furthest && place > 0)
            {
                Write(places, place, word[met..at], ref afterUnknown, ref tokens);
                if (tokens.Overflowed)
                    break;
                places[0].Score = places[place].Score;
                met = at;
                place = furthest = 0;
            }

            if (place + _trie.LongestString + 2 > places.Length)
                Grow(ref places, place + 1 + _trie.LongestString);
            at += Extend(word[at..], places, place, ref furthest);
        }

        if (!tokens.Overflowed)
            Write(places, furthest, word[met..], ref afterUnknown, ref tokens);
        ArrayPool<Place>.Shared.Return(places);
    }

    /// <summary>Tries every piece that begins at a place; the length of its first character.</summary>
    private int Extend(ReadOnlySpan<char> text, Place[] places, int place, ref int furthest)
    {
        var score = places[place].Score;
        var characterLength = char.IsHighSurrogate(text[0]) && text.Length > 1 ? 2 : 1;
        var covered = false;
        var node = SortedTrie.Root;
        for (var i = 0; i < text.Length && _trie.TryStep(ref node, text[i]); i++)
        {
            var piece = _trie.ValueOf(node);
            if (piece == SortedTrie.NoValue)
                continue;
            covered |= i + 1 == characterLength;
            Offer(places, place, place + i + 1, _scores[piece] + score, piece, ref furthest);
        }

        if (!covered)
            Offer(places, place, place + characterLength, _unknownScore + score, None, ref furthest);
        return characterLength;
    }

    private static void Offer(Place[] places, int from, int to, double score, int piece, ref int furthest)
    {
        while (furthest < to)
            places[++furthest].From = None;
        ref var target = ref places[to];
        if (target.From != None && score <= target.Score)
            return;
        target.Score = (float)score;
        target.From = from;
        target.Piece = piece;
    }

    /// <summary>Writes the best way's pieces.</summary>
    private void Write(
        Place[] places, int end, scoped ReadOnlySpan<char> text, ref bool afterUnknown, ref TokenSink tokens)
    {
        for (var place = end; place > 0; place = places[place].From)
            places[places[place].From].To = place;
        for (var place = 0; place < end;)
        {
            var next = places[place].To;
            var piece = places[next].Piece;
            if (piece == None)
                _vocabulary.AddUnknown(text[place..next], afterUnknown, ref tokens);
            else
                tokens.Add(_vocabulary.IdOf(piece));
            afterUnknown = piece == None;
            place = next;
        }
    }

    private static void Grow(ref Place[] places, int needed)
    {
        var grown = ArrayPool<Place>.Shared.Rent(Math.Max(places.Length * 2, needed + 1));
        places.CopyTo(grown, 0);
        ArrayPool<Place>.Shared.Return(places);
        places = grown;
    }

    /// <summary>The best way to a place between two characters.</summary>
    private struct Place
    {
        public float Score;
        public int From;
        public int Piece;
        public int To;
    }
}
