using FsCheck;
using FsCheck.Fluent;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class BpeModelTests
{
    private static readonly string[] Merges =
        ["b c", "a a", "a b", "a bc", "aa bc", "ab ab", "aa aa", "aaaa aaaa", "c c", "cc b", "abc abc"];

    private static readonly Dictionary<string, int> Vocabulary = new[] { "a", "b", "c" }
        .Concat(Merges.Select(m => m.Replace(" ", "", StringComparison.Ordinal)))
        .Select((token, id) => (token, id)).ToDictionary(t => t.token, t => t.id);

    private static readonly BpeModel Model = MakeModel();

    [Fact]
    public void Merging_gives_what_merging_one_pair_after_another_gives() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(3_000),
            Prop.ForAll(
                Gen.Elements('a', 'b', 'c').ArrayOf().Resize(60).ToArbitrary(),
                letters => Ids(Model, new string(letters)).SequenceEqual(Plain(new string(letters)))));

    [Fact]
    public void A_word_of_a_million_characters_takes_no_quadratic_time()
    {
        var word = string.Concat(Enumerable.Repeat("aabcabcccb", 100_000));
        Assert.Equal(Plain("aabcabcccb"), Ids(Model, "aabcabcccb"));
        Assert.Equal(1_000_000, Ids(Model, word).Sum(id => Vocabulary.Single(v => v.Value == id).Key.Length));
    }

    [Fact]
    public void Nothing_is_allocated_for_tokens()
    {
        var tokenizer = Tokenizer.Load(Fixture.Path("bytebpe"));
        var ids = new int[4096];
        const string Text = "It's the tokenizers' unbelievably long-winded words, 1234 of them — naïve ones too! 你好 🙂 ";
        var text = string.Concat(Enumerable.Repeat(Text, 40));
        tokenizer.Encode(text, ids, out _);
        tokenizer.Encode(text, ids, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var count = tokenizer.Encode(text, ids, out _);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(count > 1_000);
        Assert.True(allocated < 1_000, $"{allocated} bytes for {count} tokens");
    }

    private static int[] Ids(BpeModel model, string word)
    {
        if (word.Length == 0)
            return [];
        var ids = new int[word.Length];
        var tokens = new TokenSink(ids);
        model.Tokenize(word, ref tokens);
        return ids[..tokens.Count];
    }

    /// <summary>
    /// The definition: again and again the earliest merge that applies anywhere, at the leftmost place.
    /// </summary>
    private static int[] Plain(string word)
    {
        var tokens = word.Select(c => c.ToString()).ToList();
        while (true)
        {
            var (rank, at) = Enumerable.Range(0, Math.Max(tokens.Count - 1, 0))
                .Select(i => (Rank: Array.IndexOf(Merges, $"{tokens[i]} {tokens[i + 1]}"), At: i))
                .Where(pair => pair.Rank >= 0).DefaultIfEmpty((-1, -1)).Min();
            if (rank < 0)
                return [.. tokens.Select(t => Vocabulary[t])];
            tokens[at] += tokens[at + 1];
            tokens.RemoveAt(at + 1);
        }
    }

    private static BpeModel MakeModel()
    {
        var merges = new BpeMerges(Merges.Length);
        for (var rank = 0; rank < Merges.Length; rank++)
        {
            var pair = Merges[rank].Split(' ');
            merges.Add(Vocabulary[pair[0]], Vocabulary[pair[1]], rank, Vocabulary[pair[0] + pair[1]]);
        }

        return new BpeModel(Vocabulary, merges, null, false, false, false, "", "");
    }
}
