using System.Text.Json.Nodes;
using PgEmbed.Chunking;
using PgEmbed.Onnx.Embedding;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Runtime;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Embedding;

public sealed class LateChunkingTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task A_chunk_s_vector_is_pooled_from_its_tokens_and_the_text_s_ends_from_the_special_ones()
    {
        var result = await EmbedAsync("a b, c  d\n", (0, 3), (5, 1), (8, 1), (0, 10));
        AssertNear(_model.Mean("[CLS]", "a", "b"), result.Vectors[0]);
        AssertNear(_model.Mean("c"), result.Vectors[1]);
        AssertNear(_model.Mean("d", "[SEP]"), result.Vectors[2]);
        AssertNear(_model.Mean("[CLS]", "a", "b", "[UNK]", "c", "d", "[SEP]"), result.Vectors[3]);
        Assert.Equal((7L, 0), (result.Tokens, result.Truncated));
    }

    [Fact]
    public async Task Chunks_come_back_in_the_caller_s_order_and_may_overlap()
    {
        var result = await EmbedAsync("a b c d e", (4, 5), (0, 5), (2, 3), (8, 1));
        AssertNear(_model.Mean("c", "d", "e", "[SEP]"), result.Vectors[0]);
        AssertNear(_model.Mean("[CLS]", "a", "b", "c"), result.Vectors[1]);
        AssertNear(_model.Mean("b", "c"), result.Vectors[2]);
        AssertNear(_model.Mean("e", "[SEP]"), result.Vectors[3]);
    }

    [Fact]
    public async Task The_document_s_prompt_stands_before_each_window_and_belongs_to_the_first_chunk()
    {
        _model.Set("config_sentence_transformers.json", "prompts", new JsonObject { ["document"] = "p " });
        AssertNear(_model.Mean("[CLS]", "p", "a"), (await EmbedAsync("a b", (0, 1), (2, 1))).Vectors[0]);
        _model.Set("1_Pooling/config.json", "include_prompt", false);
        AssertNear(_model.Mean("a"), (await EmbedAsync("a b", (0, 1), (2, 1))).Vectors[0]);
    }

    [Fact]
    public async Task A_text_longer_than_the_model_reads_is_read_in_windows_of_whole_chunks()
    {
        // The vector of a token is the mean of its window: 14 tokens and [CLS] and [SEP].
        WriteWindowMeans();
        var words = Enumerable.Range(0, 40).Select(i => $"{(char)('a' + (i % 26))}").ToArray();
        var chunks = Enumerable.Range(0, 10).Select(i => (i * 8, 7)).ToArray();
        var result = await EmbedAsync(string.Join(' ', words), chunks);
        // Chunks of 4: 0 to 2 in the first window; from then on one begins 3 tokens before its first chunk.
        (int First, int Start)[] windows = [(0, 0), (3, 9), (5, 17), (7, 25), (9, 26)];
        for (var i = 0; i < chunks.Length; i++)
        {
            var (_, start) = windows.Last(w => w.First <= i);
            AssertNear(_model.Mean(["[CLS]", .. words.Skip(start).Take(14), "[SEP]"]), result.Vectors[i]);
        }

        Assert.Equal((5 * 16L, 0), (result.Tokens, result.Truncated));
    }

    [Fact]
    public async Task A_chunk_longer_than_the_model_reads_is_cut_and_counted()
    {
        var words = Enumerable.Range(0, 40).Select(i => $"{(char)('a' + (i % 26))}").ToArray();
        var text = string.Join(' ', words);
        var result = await EmbedAsync(text, (0, 3), (4, 65), (70, 9));
        Assert.Equal(1, result.Truncated);
        AssertNear(_model.Mean("[CLS]", "a", "b"), result.Vectors[0]);
        AssertNear(_model.Mean(words[2..16]), result.Vectors[1]);
        AssertNear(_model.Mean([.. words[35..], "[SEP]"]), result.Vectors[2]);
    }

    [Fact]
    public async Task A_chunk_without_tokens_has_the_meaning_of_what_is_around_it()
    {
        var result = await EmbedAsync("a \u0001 b", (0, 1), (2, 1), (4, 1));
        AssertNear(_model.Mean("[CLS]", "a", "b", "[SEP]"), result.Vectors[1]);
    }

    [Fact]
    public async Task No_chunks_give_an_empty_block_and_chunks_outside_the_text_are_refused()
    {
        Assert.Equal(0, (await EmbedAsync("a")).Vectors.Count);
        (int, int)[] outside =
            [(-1, 1), (0, 0), (0, 4), (3, 1), (int.MaxValue, int.MaxValue), (1, int.MaxValue)];
        foreach (var chunk in outside)
            await Assert.ThrowsAsync<ArgumentException>(() => EmbedAsync("abc", chunk));
    }

    [Theory]
    [InlineData("cls", "pools by Cls")]
    [InlineData("lasttoken", "pools by LastToken")]
    public async Task A_model_that_pools_one_token_is_refused_by_name(string mode, string message)
    {
        _model.Set("1_Pooling/config.json", "pooling_mode", mode);
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => EmbedAsync("a", (0, 1)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_the_built_in_model_one_chunk_is_the_text_and_several_are_near_their_own_texts()
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var chunker = new TokenChunker(embedder.CountTokens, 24);
        foreach (var text in RealTexts.All.Take(10))
        {
            var whole = (await embedder.EmbedAsync([text], TextRole.Document)).Vectors[0];
            AssertNear(whole.ToArray(), (await embedder.EmbedChunksAsync(text, [new(0, text.Length)])).Vectors[0]);
            var chunks = chunker.Split(text);
            var late = await embedder.EmbedChunksAsync(text, chunks);
            Assert.Equal(chunks.Count, late.Vectors.Count);
            Assert.Equal(0, late.Truncated);
            for (var i = 0; i < chunks.Count; i++)
                embedder.Space.Check(late.Vectors[i].Span);
        }
    }

    [Theory]
    [InlineData("Fixtures/bytebpe")]
    [InlineData("Fixtures/SentencePiece/unigram")]
    [InlineData("Fixtures/SentencePiece/bpe")]
    [InlineData("models/pgembed-mini-v1")]
    public void Pieces_between_words_have_the_whole_text_s_tokens(string folder)
    {
        var tokenizer = Tokenizer.Load(Path.Combine(AppContext.BaseDirectory, folder));
        // More tokens than any word of these texts has.
        var chunker = new TokenChunker(tokenizer.Count, 60);
        foreach (var text in RealTexts.All)
        {
            var places = chunker.Split(text).SelectMany(c => new[] { c.Start, c.End })
                .Select(place => text.AsSpan(0, place).TrimEnd().Length);
            var (ids, _) = ChunkWindows.EncodePieces(text, places, "", tokenizer);
            var whole = new int[text.Length + 16];
            var sink = new TokenSink(whole);
            tokenizer.EncodeContent(text, ref sink);
            Assert.Equal(tokenizer.Count(text), sink.Count);
            Assert.Equal(whole[..sink.Count], ids);
        }
    }

    [Fact]
    public async Task Chunks_of_the_model_s_own_limit_are_never_cut()
    {
        _model.Set("config_sentence_transformers.json", "prompts", new JsonObject { ["document"] = "p q " });
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        Assert.Equal(16 - 2 - 2, embedder.MaxDocumentTokens);
        var chunker = new TokenChunker(embedder.CountTokens, embedder.MaxDocumentTokens);
        foreach (var text in RealTexts.All.Take(20))
        {
            var chunks = chunker.Split(text);
            var result = await embedder.EmbedAsync([.. chunks.Select(c => c.In(text))], TextRole.Document);
            Assert.Equal(0, result.Truncated);
        }
    }

    private void WriteWindowMeans() => _model.Write("model.onnx", _model.Encoder(
    [
        TinyOnnx.Node("Gather", ["table", "input_ids"], ["tokens"]),
        TinyOnnx.Node(
            "ReduceMean", ["tokens"], ["mean"],
            [.. TinyOnnx.Field(1, "axes"), .. TinyOnnx.Field(8, 1), .. TinyOnnx.Field(20, 7)]),
        TinyOnnx.Node("Sub", ["tokens", "tokens"], ["nothing"]),
        TinyOnnx.Node("Add", ["mean", "nothing"], ["last_hidden_state"]),
    ]));

    private async Task<TextEmbeddings> EmbedAsync(string text, params (int Start, int Length)[] chunks)
    {
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        return await embedder.EmbedChunksAsync(text, [.. chunks.Select(c => new TextChunk(c.Start, c.Length))]);
    }

    private static void AssertNear(float[] expected, ReadOnlyMemory<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual.Span[i], 1e-5);
    }
}
