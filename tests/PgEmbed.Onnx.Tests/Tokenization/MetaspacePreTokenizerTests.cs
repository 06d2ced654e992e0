using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class MetaspacePreTokenizerTests
{
    [Theory]
    [InlineData("Hey friend!", "▁Hey|▁friend!")]
    [InlineData("Hey   friend", "▁Hey|▁|▁|▁friend")]
    [InlineData(" a ", "▁a|▁")]
    [InlineData("▁a", "▁a")]
    [InlineData(" ", "▁")]
    [InlineData("a\tb", "▁a\tb")]
    public void Every_space_begins_a_word(string text, string words) =>
        Assert.Equal(words.Split('|'), Words(new('▁', PrependScheme.Always, true), text));

    [Fact]
    public void The_scheme_says_where_one_is_put_before()
    {
        Assert.Equal(["▁a", "▁b"], Words(new('▁', PrependScheme.First, true), "a b"));
        Assert.Equal(["a", "▁b"], WordCollector.Words(new MetaspacePreTokenizer('▁', PrependScheme.First, true), "a b", 1));
        Assert.Equal(["▁a", "▁b"], WordCollector.Words(new MetaspacePreTokenizer('▁', PrependScheme.Always, true), "a b", 1));
        Assert.Equal(["a", "▁b"], Words(new('▁', PrependScheme.Never, true), "a b"));
        Assert.Equal(["_a_b"], Words(new('_', PrependScheme.Always, false), "a b"));
    }

    [Fact]
    public void A_Unigram_model_gets_the_whole_text_as_in_SentencePiece()
    {
        var metaspace = new MetaspacePreTokenizer('▁', PrependScheme.Always, true);
        var only = Assert.Single(MetaspacePreTokenizer.AsSentencePiece([metaspace], trimEnd: false));
        Assert.Equal(["▁a▁b▁"], WordCollector.Words(only, "a b "));
        var trimming = Assert.Single(MetaspacePreTokenizer.AsSentencePiece([metaspace], trimEnd: true));
        Assert.Equal(["▁a▁b"], WordCollector.Words(trimming, " a b "));
        Assert.Empty(WordCollector.Words(trimming, " "));
        var splitting = Assert.Single(
            MetaspacePreTokenizer.AsSentencePiece([new WhitespaceSplitPreTokenizer(), metaspace], trimEnd: false));
        Assert.Equal(["▁a▁b▁c"], WordCollector.Words(splitting, "\ta \n b\u3000▁c  "));
        Assert.Empty(WordCollector.Words(splitting, " \n"));
        var never = new MetaspacePreTokenizer('▁', PrependScheme.Never, true);
        Assert.Same(never, Assert.Single(MetaspacePreTokenizer.AsSentencePiece([never], trimEnd: true)));
    }

    private static IReadOnlyList<string> Words(MetaspacePreTokenizer metaspace, string text) =>
        WordCollector.Words(metaspace, text);
}
