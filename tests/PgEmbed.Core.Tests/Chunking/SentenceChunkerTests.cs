using PgEmbed.Chunking;

namespace PgEmbed.Core.Tests.Chunking;

public class SentenceChunkerTests
{
    [Theory]
    [InlineData("One two. Three! Four? Five", "One two.|Three!|Four?|Five")]
    [InlineData("Dr. Smith met J. R. R., e.g. in the U.S. Army. Then?", "Dr. Smith met J. R. R., e.g. in the U.S. Army.|Then?")]
    [InlineData("See Fig. 3 and No. 5. I said no. Then left.", "See Fig. 3 and No. 5.|I said no.|Then left.")]
    [InlineData("It costs 3.50 now. Version 1.2. Next.", "It costs 3.50 now.|Version 1.2.|Next.")]
    [InlineData("\"Why?\" he asked. (None knew.) \"So!\" They left.", "\"Why?\" he asked.|(None knew.)|\"So!\"|They left.")]
    [InlineData("Wait… what? Yes. 42 is it.", "Wait… what?|Yes.|42 is it.")]
    [InlineData("wrapped at\nsome width. And\nmore", "wrapped at\nsome width.|And\nmore")]
    [InlineData("A title\n\nText\n\n\nmore", "A title|Text|more")]
    [InlineData("Items:\n- one\n- two\n1. three\n2) four", "Items:|- one|- two|1. three|2) four")]
    [InlineData("1. First thing. 2. Second", "1. First thing.|2.|Second")]
    [InlineData("これは文。次の文！「はい。」終", "これは文。|次の文！|「はい。」|終")]
    [InlineData("क्या? हाँ। ठीक", "क्या?|हाँ।|ठीक")]
    [InlineData("Ж. д. вокзал. Где? там.", "Ж. д. вокзал.|Где? там.")]
    [InlineData("visit www.example.org today. No. 5 is here", "visit www.example.org today.|No. 5 is here")]
    public void Each_sentence_is_a_chunk(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Split(text, 100));

    [Fact]
    public void A_long_sentence_is_parted_at_its_words() =>
        Assert.Equal(["a b c", "d.", "E f."], Split("a b c d. E f.", 3));

    private static string[] Split(string text, int max) =>
        [.. new SentenceChunker(new WordCounter().Count, max).Split(text).Select(c => c.In(text))];
}
