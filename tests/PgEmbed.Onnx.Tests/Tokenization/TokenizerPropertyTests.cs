using System.Text;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class TokenizerPropertyTests
{
    private const int MaxWordLength = 6;

    private static readonly string[] SpecialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"];

    // Few characters, so that random texts and random vocabularies meet; every kind of them is here.
    private static readonly string[] Parts =
    [
        "a", "a", "b", "b", "c", "A", "é", "e\u0301", "É", "İ", "ß", "中", "한", "\u1112", "ا", ".", "-", "#", "##",
        "[", "]", "[MASK]", "[SEP]", "MASK", " ", " ", "\t", "\n", "\0", "\ufffd", "\u00ad", "\u200d", "\u0301", "\u00a0",
        "😀", "\ud83d", "\ude00", "\u0085", "\uf900", "𠀀",
    ];

    private static readonly string[] Letters =
        ["a", "b", "c", "e", "i", "中", "ss", "ß", "\u1112", "\u1161", "#", "😀", "."];

    private static Gen<string> Text => Gen.Elements(Parts).ArrayOf().Select(string.Concat);

    private static Gen<Dictionary<string, int>> Vocabulary =>
        Gen.Zip(Gen.Elements("", "##"), Gen.Elements(Letters).NonEmptyListOf())
            .Select(piece => piece.Item1 + string.Concat(piece.Item2.Take(4)))
            .ListOf()
            .Select(pieces => SpecialTokens.Concat(pieces).Distinct().Index().ToDictionary(p => p.Item, p => p.Index));

    [Fact]
    public void Any_text_under_any_vocabulary_has_the_ids_of_the_plain_computation()
    {
        Prop.ForAll(Gen.Zip(Vocabulary, Text).ToArbitrary(), pair =>
        {
            var (vocabulary, text) = pair;
            var expected = new PlainWordPiece(vocabulary, SpecialTokens, MaxWordLength).Encode(text);
            var actual = Make(vocabulary).Ids(text);
            return expected.SequenceEqual(actual).Label(
                $"{JsonSerializer.Serialize(text)}: expected {string.Join(' ', expected)}, "
                + $"got {string.Join(' ', actual)}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void A_truncated_text_has_the_first_ids_of_the_whole_one_and_its_special_tokens()
    {
        var tokenizer = Tokenizer.Load(BuiltInModel.Folder);
        Prop.ForAll(Gen.Zip(Text, Gen.Choose(2, 12)).ToArbitrary(), pair =>
        {
            var (text, room) = pair;
            var whole = tokenizer.Ids(text);
            var ids = new int[room];
            var count = tokenizer.Encode(text, ids, out var truncated);
            var expected = whole.Length <= room ? whole : [.. whole[..(room - 1)], whole[^1]];
            return truncated == whole.Length > room && ids.AsSpan(0, count).SequenceEqual(expected);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2000));
    }

    [Fact]
    public void An_unpaired_surrogate_is_read_as_the_replacement_character()
    {
        var tokenizer = Make(new() { ["[UNK]"] = 0, ["[CLS]"] = 1, ["[SEP]"] = 2, ["a"] = 3, ["##\ufffd"] = 4 }, false);
        Prop.ForAll(Text.ToArbitrary(), text =>
            tokenizer.Ids(text).SequenceEqual(tokenizer.Ids(string.Concat(text.EnumerateRunes()))))
            .QuickCheckThrowOnFailure();
        Assert.Equal([1, 3, 4, 2], tokenizer.Ids("a\ud800"));
    }

    private static Tokenizer Make(Dictionary<string, int> vocabulary, bool clean = true) => new(
        new WordPieceModel(vocabulary, vocabulary["[UNK]"], "##", MaxWordLength),
        new BertNormalizer(clean, true, true, true),
        [new BertPreTokenizer()],
        new SpecialTokenTemplate([vocabulary["[CLS]"]], [vocabulary["[SEP]"]]),
        [.. SpecialTokens.Where(vocabulary.ContainsKey)
            .Select(t => new AddedToken(t, vocabulary[t], false, false, false, false))],
        0,
        new LineHash());
}
