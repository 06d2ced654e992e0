using System.Text;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class SentencePieceBpeModelTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void It_merges_as_a_plain_search_of_the_best_pair_does(bool symbols)
    {
        var random = new Random(6);
        for (var round = 0; round < 300; round++)
        {
            var vocabulary = Vocabulary(random, symbols);
            var model = new SentencePieceBpeModel(vocabulary, Symbols(vocabulary));
            for (var i = 0; i < 10; i++)
            {
                var text = Text(random, random.Next(1, 100));
                Assert.Equal(PlainIds(vocabulary, text), Ids(model, text));
            }
        }
    }

    [Fact]
    public void A_megabyte_without_a_space_is_merged()
    {
        var model = new SentencePieceBpeModel(
            new SentencePieceVocabulary(
                [
                    new("<unk>", 0, SentencePieceKind.Unknown), new("aa", -1, SentencePieceKind.Normal),
                    new("aaaa", -2, SentencePieceKind.Normal), new("a", -3, SentencePieceKind.Normal),
                ], false, "test"),
            null);
        Assert.Equal(Enumerable.Repeat(2, 1 << 18), Ids(model, new string('a', 1 << 20)));
        Assert.Equal([0], Ids(model, new string('漢', 1 << 20)));
    }

    private static SentencePieceVocabulary Vocabulary(Random random, bool symbols)
    {
        var pieces = new Dictionary<string, SentencePiece> { ["<unk>"] = new("<unk>", 0, SentencePieceKind.Unknown) };
        for (var i = random.Next(1, 60); i > 0; i--)
        {
            var text = Text(random, random.Next(1, 6));
            var kind = symbols && random.Next(10) == 0 ? SentencePieceKind.UserDefined : SentencePieceKind.Normal;
            pieces.TryAdd(text, new SentencePiece(text, -random.Next(30), kind));
        }

        return new SentencePieceVocabulary([.. pieces.Values], false, "test");
    }

    private static PieceTrie? Symbols(SentencePieceVocabulary vocabulary)
    {
        PieceTrie? symbols = null;
        foreach (var (number, piece) in vocabulary.Pieces.Index())
        {
            if (piece.Kind == SentencePieceKind.UserDefined)
                (symbols ??= new PieceTrie()).Add(piece.Text, number);
        }

        return symbols;
    }

    private static string Text(Random random, int length)
    {
        string[] characters = ["a", "b", "▁", "é", "👍"];
        return string.Concat(Enumerable.Range(0, length).Select(_ => characters[random.Next(characters.Length)]));
    }

    private static int[] Ids(SentencePieceBpeModel model, string text)
    {
        var ids = new int[text.Length];
        var tokens = new TokenSink(ids);
        model.Tokenize(text, ref tokens);
        return ids[..tokens.Count];
    }

    private static int[] PlainIds(SentencePieceVocabulary vocabulary, string text)
    {
        var pieces = vocabulary.Pieces.Index().ToDictionary(p => p.Item.Text, p => p.Index);
        var symbols = vocabulary.Pieces.Where(p => p.Kind == SentencePieceKind.UserDefined).Select(p => p.Text)
            .OrderByDescending(s => s.Length).ToList();
        var parts = new List<(string Text, bool Frozen)>();
        for (var at = 0; at < text.Length; at += parts[^1].Text.Length)
        {
            var symbol = symbols.Find(s => string.CompareOrdinal(text, at, s, 0, s.Length) == 0);
            parts.Add((symbol ?? Rune.GetRuneAt(text, at).ToString(), symbol is not null));
        }

        while (true)
        {
            var best = -1;
            var score = float.NegativeInfinity;
            for (var i = 0; i + 1 < parts.Count; i++)
            {
                if (parts[i].Frozen || parts[i + 1].Frozen
                    || !pieces.TryGetValue(parts[i].Text + parts[i + 1].Text, out var piece)
                    || vocabulary.Pieces[piece].Score <= score)
                    continue;
                (best, score) = (i, vocabulary.Pieces[piece].Score);
            }

            if (best < 0)
                break;
            parts[best] = (parts[best].Text + parts[best + 1].Text, false);
            parts.RemoveAt(best + 1);
        }

        var ids = new List<int>();
        foreach (var (part, _) in parts)
        {
            var id = pieces.GetValueOrDefault(part, vocabulary.Unknown);
            if (id != vocabulary.Unknown || ids.Count == 0 || ids[^1] != id)
                ids.Add(id);
        }

        return [.. ids];
    }
}
