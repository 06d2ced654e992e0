using PgEmbed.Chunking;

namespace PgEmbed.Core.Tests.Chunking;

public class MarkdownChunkerTests
{
    [Theory]
    [InlineData("Intro.\n# One\n\nText.\n\nMore.\n## Two\nText", "Intro.|# One\n\nText.\n\nMore.|## Two\nText")]
    [InlineData("# Title\n\n## First\n\nText\n\n## Second\n", "# Title\n\n## First\n\nText|## Second")]
    [InlineData("One\n===\ntext\n\nTwo\nlines\n---\r\nmore", "One\n===\ntext|Two\nlines\n---\r\nmore")]
    [InlineData("a\r\n\r\nB\r\n=\r\nc", "a|B\r\n=\r\nc")]
    [InlineData("#no heading\n####### none\n#\nyes", "#no heading\n####### none|#\nyes")]
    [InlineData("    # code\n# Real #\n", "# code|# Real #")]
    [InlineData("a\n\n---\n\nb", "a\n\n---\n\nb")]
    [InlineData("- item\n---\n> quote\n---", "- item\n---\n> quote\n---")]
    [InlineData("```sh\n# comment\n\nNot\n===\n```\n# Real", "```sh\n# comment\n\nNot\n===\n```|# Real")]
    [InlineData("~~~~\n# a\n~~~\n# b\n~~~~\n# Real", "~~~~\n# a\n~~~\n# b\n~~~~|# Real")]
    [InlineData("``` `x`\n# Real", "``` `x`|# Real")]
    public void Each_section_is_a_chunk(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Split(text, 1000));

    [Fact]
    public void A_long_section_is_parted_at_its_paragraphs_and_the_heading_stays_with_the_first() =>
        Assert.Equal(
            ["# Head\n\naaa bbb", "ccc ddd\n\neee", "# Next"],
            Split("# Head\n\naaa bbb\n\nccc ddd\n\neee\n# Next", 4));

    [Fact]
    public void A_heading_stays_with_the_beginning_of_a_long_paragraph() =>
        Assert.Equal(
            ["# Head\n\naaa bbb", "ccc ddd eee fff", "ggg."],
            Split("# Head\n\naaa bbb ccc ddd eee fff ggg.", 4));

    [Fact]
    public void Blank_lines_in_code_end_no_paragraph() =>
        Assert.Equal(
            ["aaa bbb ccc", "```\na\n\nb\n```", "ddd eee"],
            Split("aaa bbb ccc\n```\na\n\nb\n```\nddd eee", 4));

    private static string[] Split(string text, int max) =>
        [.. new MarkdownChunker(new WordCounter().Count, max).Split(text).Select(c => c.In(text))];
}
