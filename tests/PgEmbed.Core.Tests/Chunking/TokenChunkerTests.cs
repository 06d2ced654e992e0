using PgEmbed.Chunking;

namespace PgEmbed.Core.Tests.Chunking;

public class TokenChunkerTests
{
    [Fact]
    public void A_text_that_has_room_is_one_chunk() =>
        Assert.Equal(["One. Two.\n\nThree."], Split("  One. Two.\n\nThree. \n", 100));

    [Fact]
    public void Paragraphs_are_put_together_as_far_as_they_have_room() =>
        Assert.Equal(
            ["aaa bbb\n\nccc", "ddd eee fff", "ggg\n \nhhh iii"],
            Split("aaa bbb\n\nccc\n\nddd eee fff\n\nggg\n \nhhh iii", 3));

    [Fact]
    public void A_long_paragraph_is_parted_at_lines_then_sentences_then_words() =>
        Assert.Equal(
            ["aa.", "bb cc.", "dd ee.", "Ff gg hh", "ii.", "jj"],
            Split("aa.\n\nbb cc.\ndd ee. Ff gg hh ii.\n\njj", 3));

    [Fact]
    public void A_line_s_end_within_a_sentence_is_weaker_than_the_sentence_s() =>
        Assert.Equal(["Aa bb cc\ndd.", "Ee ff", "gg hh ii jj."], Split("Aa bb cc\ndd. Ee ff\ngg hh ii jj.", 4));

    [Fact]
    public void Lines_without_sentences_are_parted_at_their_ends() =>
        Assert.Equal(["key one\nkey two", "key three\nkey four"], Split("key one\nkey two\nkey three\nkey four", 5));

    [Fact]
    public void A_long_word_is_parted_at_its_graphemes() =>
        Assert.Equal(["abcdefgh", "ijklmnop"], Split("abcdefghijklmnop", 2));

    [Fact]
    public void A_family_of_code_points_stays_whole_where_it_has_room()
    {
        const string Family = "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67";
        Assert.Equal([Family, Family, Family], Split(Family + Family + Family, 3));
    }

    [Fact]
    public void Sentences_without_spaces_between_them_are_parted() =>
        Assert.Equal(["今日は晴れ。", "明日は雨！", "「傘？」と言った"], Split("今日は晴れ。明日は雨！「傘？」と言った", 2));

    [Fact]
    public void An_overlap_repeats_whole_words_of_the_chunk_before()
    {
        Assert.Equal(
            ["a b c d e", "d e f g h", "g h i j"],
            Chunks(new TokenChunker(new WordCounter().Count, 5, 2), "a b c d e f g h i j"));
        // A word of three tokens is more than the overlap of two.
        Assert.Equal(
            ["a b ccccccccc", "d e f", "e f g h"],
            Chunks(new TokenChunker(new WordCounter().Count, 5, 2), "a b ccccccccc d e f g h"));
    }

    [Fact]
    public void Offsets_are_those_of_the_source_text()
    {
        const string Text = "\n \ud83d\ude00 a\n\n\tb ";
        var chunks = new TokenChunker(new WordCounter().Count, 2).Split(Text);
        Assert.Equal([new TextChunk(2, 4), new TextChunk(9, 1)], chunks);
    }

    private static string[] Split(string text, int max) =>
        Chunks(new TokenChunker(new WordCounter().Count, max), text);

    private static string[] Chunks(TokenChunker chunker, string text) =>
        [.. chunker.Split(text).Select(c => c.In(text))];
}
