using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using PgEmbed.Chunking;

namespace PgEmbed.Core.Tests.Chunking;

/// <summary>What holds for every chunker and every text.</summary>
public class ChunkerTests
{
    private static readonly string[] Pieces =
    [
        "a", "word", "A sentence.", "Two words!", "\n", "\r\n", "\n\n", " ", "\t", "\u2029", "# Heading", "```",
        "- item", "===", "\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67", "\ud83d", "\udc00", "e\u0301", "漢字。",
        "漢", "\0", "…", "1.", "e.g.",
        "an-uncommonly-long-word-of-many-tokens", "क्षि", "\u200b", "|a|b|",
    ];

    [Fact]
    public void Chunks_have_the_whole_text_in_order_within_the_limit_and_split_no_grapheme()
    {
        var cases = (
            from pieces in Gen.Elements(Pieces).ListOf()
            from separator in Gen.Elements("", " ")
            from max in Gen.Choose(1, 12)
            select (text: string.Join(separator, pieces), max)).ToArbitrary();
        Prop.ForAll(cases, c =>
        {
            ITextChunker[] chunkers =
                [new TokenChunker(Count, c.max), new SentenceChunker(Count, c.max), new MarkdownChunker(Count, c.max)];
            foreach (var chunker in chunkers)
                Check(c.text, chunker.Split(c.text), c.max);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Overlapping_chunks_have_the_whole_text_within_the_limit()
    {
        var cases = Gen.Elements(Pieces).ListOf().Select(p => string.Join(' ', p))
            .SelectMany(_ => Gen.Choose(3, 12), (text, max) => (text, max)).ToArbitrary();
        Prop.ForAll(cases, c =>
        {
            var chunks = new TokenChunker(Count, c.max, (c.max - 1) / 2).Split(c.text);
            var covered = new bool[c.text.Length];
            foreach (var chunk in chunks)
            {
                AssertLimit(chunk.In(c.text), c.max);
                covered.AsSpan(chunk.Start, chunk.Length).Fill(true);
            }

            for (var i = 0; i < c.text.Length; i++)
                Assert.True(covered[i] || char.IsWhiteSpace(c.text[i]));
            for (var i = 1; i < chunks.Count; i++)
                Assert.True(chunks[i].Start > chunks[i - 1].Start && chunks[i].End > chunks[i - 1].End);
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("")]
    [InlineData(" \t\r\n\u00a0\u3000\u2029")]
    public void A_blank_text_has_no_chunks(string text)
    {
        Assert.Empty(new TokenChunker(Count, 5).Split(text));
        Assert.Empty(new SentenceChunker(Count, 5).Split(text));
        Assert.Empty(new MarkdownChunker(Count, 5).Split(text));
    }

    [Theory]
    [InlineData("The quick brown fox jumps over the lazy dog. ")]
    [InlineData("line\n\n")]
    [InlineData("漢字かな交じり文")]
    [InlineData("x")]
    [InlineData("# h\n")]
    [InlineData("e\u0301\u0301\u0301")]
    [InlineData("\u0301")]
    [InlineData(" ")]
    public void A_long_text_is_counted_only_a_few_times(string piece)
    {
        var text = string.Concat(Enumerable.Repeat(piece, (1 << 20) / piece.Length));
        foreach (var chunker in (Func<TokenCounter, ITextChunker>[])
            [
                c => new TokenChunker(c, 100), c => new TokenChunker(c, 100, 49), c => new SentenceChunker(c, 100),
                c => new MarkdownChunker(c, 100),
            ])
        {
            var counter = new WordCounter();
            chunker(counter.Count).Split(text);
            Assert.InRange(counter.Characters, 0, 8L * text.Length);
        }
    }

    [Fact]
    public void A_tokenizer_that_makes_more_of_the_whole_than_of_its_words_gets_smaller_chunks()
    {
        // Every space between words is a token too, which no word alone shows.
        static int Spaced(ReadOnlySpan<char> text) => Count(text) + text.Trim().Count(' ');
        var text = string.Join(' ', Enumerable.Repeat("word", 100));
        var chunks = new TokenChunker(Spaced, 9).Split(text);
        Assert.Equal(100, chunks.Sum(c => c.In(text).Split(' ').Length));
        Assert.All(chunks, c => Assert.InRange(Spaced(c.In(text)), 1, 9));
    }

    [Fact]
    public void Limits_out_of_range_and_missing_texts_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenChunker(Count, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenChunker(Count, 10, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenChunker(Count, 10, 5));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SentenceChunker(Count, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MarkdownChunker(Count, 0));
        Assert.Throws<ArgumentNullException>(() => new TokenChunker(null!, 1));
        Assert.Throws<ArgumentNullException>(() => new TokenChunker(Count, 1).Split(null!));
        Assert.Throws<ArgumentException>(() => new TextChunk(1, 3).In("abc"));
        Assert.Throws<ArgumentException>(() => new TextChunk(-1, 3).In("abc"));
    }

    private static int Count(ReadOnlySpan<char> text) => new WordCounter().Count(text);

    private static void Check(string text, IReadOnlyList<TextChunk> chunks, int max)
    {
        var end = 0;
        var graphemes = StringInfo.ParseCombiningCharacters(text);
        foreach (var chunk in chunks)
        {
            Assert.True(chunk.Start >= end && chunk.Length > 0);
            Assert.True(string.IsNullOrWhiteSpace(text[end..chunk.Start]));
            var own = chunk.In(text);
            Assert.Equal(own.Trim(), own);
            AssertLimit(own, max);
            end = chunk.End;
            if (end == text.Length || graphemes.Contains(end))
                continue;
            // Within a grapheme: only where it alone is too long, and never within a surrogate pair.
            var start = graphemes.Last(g => g < end);
            var next = graphemes.Append(text.Length).First(g => g > end);
            var grapheme = text.AsSpan(start, next - start);
            Assert.True(Count(grapheme) > max || grapheme.ContainsAny(" \n\r\t"));
            Assert.False(char.IsSurrogatePair(text, end - 1));
        }

        Assert.True(string.IsNullOrWhiteSpace(text[end..]));
    }

    private static void AssertLimit(string chunk, int max) =>
        Assert.True(Count(chunk) <= max || new StringInfo(chunk).LengthInTextElements == 1, $"'{chunk}' is too long");
}
