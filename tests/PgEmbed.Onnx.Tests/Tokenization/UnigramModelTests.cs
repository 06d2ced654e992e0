using System.Text;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class UnigramModelTests
{
    /// <summary>
    /// Scores are few and small, so that many ways are equally good; the plain computation has SentencePiece's
    /// arithmetic and its order: places from left to right, pieces from short to long.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_finds_the_best_way_of_a_plain_search(bool byteFallback)
    {
        var random = new Random(5);
        for (var round = 0; round < 300; round++)
        {
            var vocabulary = Vocabulary(random, byteFallback);
            var model = new UnigramModel(vocabulary);
            for (var i = 0; i < 10; i++)
            {
                var text = Text(random, random.Next(1, 60));
                Assert.Equal(PlainIds(vocabulary, byteFallback, text), Ids(model, text));
            }
        }
    }

    [Fact]
    public void A_text_is_cut_at_the_room_that_there_is()
    {
        var vocabulary = Vocabulary(new Random(1), false);
        var model = new UnigramModel(vocabulary);
        var text = Text(new Random(2), 500);
        var all = Ids(model, text);
        for (var room = 0; room < all.Length; room++)
        {
            var ids = new int[room];
            var tokens = new TokenSink(ids);
            model.Tokenize(text, ref tokens);
            Assert.True(tokens.Overflowed);
            Assert.Equal(all[..room], ids);
        }
    }

    [Fact]
    public void A_megabyte_without_a_space_needs_no_more_than_its_length()
    {
        var model = new UnigramModel(new SentencePieceVocabulary(
            [
                new("<unk>", 0, SentencePieceKind.Unknown), new("a", -2, SentencePieceKind.Normal),
                new("aa", -3, SentencePieceKind.Normal), new("aaa", -3.5f, SentencePieceKind.Normal),
            ], false, "test"));
        // Whole floats stay exact, so the sum does not decide: as many of the longest as there can be.
        var ids = Ids(model, new string('a', 1 << 20));
        Assert.Equal(((1 << 20) / 3) + 1, ids.Length);
        Assert.Equal([0], Ids(model, new string('漢', 1 << 20)));
    }

    private static SentencePieceVocabulary Vocabulary(Random random, bool byteFallback)
    {
        var pieces = new Dictionary<string, SentencePiece> { ["<unk>"] = new("<unk>", 0, SentencePieceKind.Unknown) };
        for (var i = 0; byteFallback && i < 256; i++)
        {
            var name = SentencePieceVocabulary.ByteName(i);
            pieces[name] = new SentencePiece(name, 0, SentencePieceKind.Byte);
        }

        for (var i = random.Next(1, 40); i > 0; i--)
        {
            var text = Text(random, random.Next(1, 5));
            var kind = random.Next(20) switch
            {
                0 => SentencePieceKind.UserDefined,
                1 => SentencePieceKind.Unused,
                2 => SentencePieceKind.Control,
                _ => SentencePieceKind.Normal,
            };
            pieces.TryAdd(text, new SentencePiece(text, -random.Next(1, 40) / 8f, kind));
        }

        return new SentencePieceVocabulary([.. pieces.Values], byteFallback, "test");
    }

    private static string Text(Random random, int length)
    {
        string[] characters = ["a", "b", "c", "▁", "é", "漢", "👍"];
        return string.Concat(Enumerable.Range(0, length).Select(_ => characters[random.Next(characters.Length)]));
    }

    private static int[] Ids(UnigramModel model, string text)
    {
        var ids = new int[(4 * text.Length) + 1];
        var tokens = new TokenSink(ids);
        model.Tokenize(text, ref tokens);
        return ids[..tokens.Count];
    }

    private static int[] PlainIds(SentencePieceVocabulary vocabulary, bool byteFallback, string text)
    {
        var known = vocabulary.Pieces.Index()
            .Where(p => p.Item.Kind is SentencePieceKind.Normal or SentencePieceKind.UserDefined)
            .ToDictionary(p => p.Item.Text, p => p.Index);
        var normal = vocabulary.Pieces.Where(p => p.Kind == SentencePieceKind.Normal).Select(p => p.Score).ToList();
        var unknownScore = (normal.Count == 0 ? float.MaxValue : normal.Min()) - 10f;
        var starts = text.EnumerateRunes().Aggregate(
            new List<int> { 0 }, (list, rune) => [.. list, list[^1] + rune.Utf16SequenceLength]);
        var best = starts.ToDictionary(s => s, _ => (Score: 0f, From: -1, Piece: -1));
        foreach (var (from, next) in starts.Zip(starts.Skip(1)))
        {
            var single = false;
            foreach (var to in starts.Where(s => s > from))
            {
                if (!known.TryGetValue(text[from..to], out var piece))
                    continue;
                single |= to == next;
                var own = vocabulary.Pieces[piece].Kind == SentencePieceKind.UserDefined
                    ? -0.1
                    : vocabulary.Pieces[piece].Score;
                Offer(to, own + best[from].Score, piece);
            }

            if (!single)
                Offer(next, unknownScore + best[from].Score, vocabulary.Unknown);

            void Offer(int to, double score, int piece)
            {
                if (best[to].From < 0 || score > best[to].Score)
                    best[to] = ((float)score, from, piece);
            }
        }

        var path = new List<(string Text, int Piece)>();
        for (var at = text.Length; at > 0; at = best[at].From)
            path.Insert(0, (text[best[at].From..at], best[at].Piece));
        var ids = new List<int>();
        foreach (var (surface, piece) in path)
        {
            if (piece == vocabulary.Unknown && byteFallback)
                ids.AddRange(Encoding.UTF8.GetBytes(surface).Select(b => b + 1));
            else if (piece != vocabulary.Unknown || ids.Count == 0 || ids[^1] != vocabulary.Unknown)
                ids.Add(piece);
        }

        return [.. ids];
    }
}
