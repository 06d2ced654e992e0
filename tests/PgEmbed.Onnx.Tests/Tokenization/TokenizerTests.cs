using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

public class TokenizerTests
{
    private readonly Tokenizer _tokenizer = Tokenizer.Load(BuiltInModel.Folder);

    [Fact]
    public void A_megabyte_without_a_space_is_one_unknown_word()
    {
        Assert.Equal([2, 1, 3], _tokenizer.Ids(new string('x', 1 << 20)));
        Assert.Equal([2, 1, 3], _tokenizer.Ids(string.Concat(Enumerable.Repeat("😀", 1 << 19))));
    }

    [Theory]
    [InlineData(".")]
    [InlineData("中")]
    [InlineData("[MASK]")]
    [InlineData("[MASK")]
    [InlineData("한")]
    [InlineData("ab ")]
    [InlineData("\u0301")]
    public void A_megabyte_of_anything_is_cut_to_its_room(string part) => AssertCut(part);

    [Fact]
    public void A_megabyte_of_unpaired_surrogates_is_cut_to_its_room() => AssertCut("\ud800a");

    private void AssertCut(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, (1 << 20) / part.Length));
        var ids = new int[128];
        var count = _tokenizer.Encode(text, ids, out var truncated);
        Assert.Equal(truncated, count == 128);
        Assert.Equal(2, ids[0]);
        Assert.Equal(3, ids[count - 1]);
    }

    [Fact]
    public void A_word_that_falls_apart_behind_the_room_is_unknown_within_it()
    {
        // "the" and many known pieces, but a last letter that is in no piece: the word is one unknown token.
        var ids = new int[4];
        _tokenizer.Encode("a thethethetheжthe", ids, out var truncated);
        Assert.False(truncated);
        Assert.Equal([2, 81, 1, 3], ids);
    }

    [Fact]
    public void Without_room_for_the_special_tokens_it_says_so()
    {
        var error = Assert.Throws<ArgumentException>(() => _tokenizer.Encode("a", new int[1], out _));
        Assert.Contains("2 special tokens", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Room_for_the_special_tokens_alone_cuts_all_else()
    {
        var ids = new int[2];
        Assert.Equal(2, _tokenizer.Encode("linux", ids, out var truncated));
        Assert.True(truncated);
        Assert.Equal([2, 3], ids);
    }

    [Fact]
    public void More_tokens_allocate_no_more_memory()
    {
        const string small = "a linux package";
        var large = string.Concat(Enumerable.Repeat("Ein größeres Paket, aber ok! ", 200));
        var ids = new int[8192];
        long Allocated(string text)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 100; i++)
                _tokenizer.Encode(text, ids, out _);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        // Once before, for pools and what is computed at first use.
        Allocated(small + large);
        Allocated(small);
        Allocated(large);
        Assert.Equal(Allocated(small), Allocated(large));
    }

    [Fact]
    public void Many_threads_get_the_ids_of_one()
    {
        string[] texts =
            [.. Enumerable.Range(0, 500).Select(i => $"Größe {i} 中文 한국 [MASK] naïve\ud800 x{(char)(0x400 + i)}")];
        var fresh = Tokenizer.Load(BuiltInModel.Folder);
        var expected = texts.Select(_tokenizer.Ids).ToArray();
        Parallel.For(0, 4000, i => Assert.Equal(expected[i % 500], fresh.Ids(texts[i % 500])));
    }

    [Fact]
    public void Tokens_are_found_by_their_text()
    {
        Assert.True(_tokenizer.TryGetId("[PAD]", out var pad));
        Assert.Equal(0, pad);
        Assert.Equal(0, _tokenizer.PadId);
        Assert.True(_tokenizer.TryGetId("linux", out _));
        Assert.False(_tokenizer.TryGetId("no such token", out _));
        Assert.Equal(14530, _tokenizer.LargestId);
        Assert.Equal(2, _tokenizer.SpecialTokenCount);
    }
}
