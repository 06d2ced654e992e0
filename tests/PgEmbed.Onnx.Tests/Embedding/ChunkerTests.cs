using System.Globalization;
using PgEmbed.Chunking;
using PgEmbed.Onnx.Tokenization;
using PgEmbed.Testing;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>
/// Chunkers that count by real tokenizers, whose tokens of a whole are not those of its parts put together.
/// </summary>
public class ChunkerTests
{
    private static readonly Lazy<List<string>> Texts = new(ReadTexts);

    public static TheoryData<string, int> Cases => new()
    {
        { "models/pgembed-mini-v1", 3 }, { "models/pgembed-mini-v1", 24 },
        { "Fixtures/bytebpe", 8 }, { "Fixtures/bytebpe", 40 },
        { "Fixtures/SentencePiece/unigram", 5 }, { "Fixtures/SentencePiece/unigram-bytes", 24 },
        { "Fixtures/SentencePiece/bpe-bytes", 24 },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Chunks_have_the_whole_text_within_the_limit_and_split_no_grapheme_that_has_room(string folder, int max)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(AppContext.BaseDirectory, folder));
        ITextChunker[] chunkers =
        [
            new TokenChunker(tokenizer.Count, max), new TokenChunker(tokenizer.Count, max, (max - 1) / 2),
            new SentenceChunker(tokenizer.Count, max), new MarkdownChunker(tokenizer.Count, max),
        ];
        foreach (var text in Texts.Value)
        {
            var starts = StringInfo.ParseCombiningCharacters(text).ToHashSet();
            foreach (var chunker in chunkers)
            {
                var covered = new bool[text.Length];
                foreach (var chunk in chunker.Split(text))
                {
                    covered.AsSpan(chunk.Start, chunk.Length).Fill(true);
                    AssertFits(tokenizer, chunk.In(text), max);
                    AssertEnd(tokenizer, text, starts, chunk.Start, max);
                    AssertEnd(tokenizer, text, starts, chunk.End, max);
                }

                for (var i = 0; i < text.Length; i++)
                    Assert.True(covered[i] || char.IsWhiteSpace(text[i]), $"{i} of '{text}' is in no chunk");
            }
        }
    }

    [Theory]
    [InlineData("models/pgembed-mini-v1", "a")]
    [InlineData("models/pgembed-mini-v1", "中")]
    [InlineData("Fixtures/bytebpe", "a")]
    [InlineData("Fixtures/bytebpe", "😀")]
    [InlineData("Fixtures/SentencePiece/unigram", "a")]
    [InlineData("Fixtures/SentencePiece/bpe-bytes", "e\u0301")]
    public void A_megabyte_without_a_space_is_parted_within_the_limit(string folder, string unit)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(AppContext.BaseDirectory, folder));
        var text = string.Concat(Enumerable.Repeat(unit, (1 << 20) / unit.Length));
        var chunks = new TokenChunker(tokenizer.Count, 128).Split(text);
        var end = 0;
        foreach (var chunk in chunks)
        {
            Assert.Equal(end, chunk.Start);
            Assert.Equal(0, chunk.Length % unit.Length);
            Assert.InRange(tokenizer.Count(chunk.In(text)), 1, 128);
            end = chunk.End;
        }

        Assert.Equal(text.Length, end);
    }

    private static void AssertFits(Tokenizer tokenizer, string chunk, int max) => Assert.True(
        tokenizer.Count(chunk) <= max || chunk.EnumerateRunes().Count() == 1,
        $"'{chunk}' has {tokenizer.Count(chunk)} tokens");

    /// <summary>A chunk ends where a grapheme does, or else within one that alone is too long.</summary>
    private static void AssertEnd(Tokenizer tokenizer, string text, HashSet<int> starts, int place, int max)
    {
        if (place == text.Length || starts.Contains(place))
            return;
        Assert.False(char.IsSurrogatePair(text, place - 1));
        var start = place;
        while (!starts.Contains(start))
            start--;
        var grapheme = text.Substring(start, StringInfo.GetNextTextElementLength(text.AsSpan(start)));
        Assert.True(
            tokenizer.Count(grapheme) > max / 2 || grapheme.Length > 64 || grapheme.Any(char.IsWhiteSpace),
            $"'{grapheme}' of '{text}' is split");
    }

    private static List<string> ReadTexts()
    {
        using var reader = File.OpenText(Fixture.Path("nasty-strings.jsonl"));
        // Some by themselves, and all in texts of sixty.
        var nasty = JsonTextLines.Read(reader).Where(text => text.Length < 2_000).ToList();
        return
        [
            .. nasty.Where((_, i) => i % 20 == 0), .. nasty.Chunk(60).Select(part => string.Join("\n", part)),
            .. RealTexts.All.Take(30),
        ];
    }
}
