using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>The built-in model on real texts.</summary>
public sealed class BuiltInEmbedderTests : IDisposable
{
    private readonly OnnxTextEmbedder _embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);

    public void Dispose() => _embedder.Dispose();

    [Fact]
    public void The_space_is_the_model_s()
    {
        Assert.Equal(256, _embedder.Space.Dimensions);
        Assert.Equal(DistanceMetric.Cosine, _embedder.Space.Metric);
        Assert.Equal(_embedder.Model.Fingerprint, _embedder.Space.Fingerprint);
        Assert.Equal(_embedder.Model.FullName, _embedder.Space.Name);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(700)]
    [InlineData(100_000)]
    public async Task A_text_gets_the_same_vector_alone_and_in_any_batch(int maxBatchTokens)
    {
        using var other = OnnxTextEmbedder.Load(
            BuiltInModel.Folder, new OnnxEmbedderOptions { MaxBatchTokens = maxBatchTokens });
        // Short and long by turns.
        string[] texts = [.. RealTexts.All.Concat(["", "a", "中"]).OrderBy(t => t.Length % 7)];
        var together = (await other.EmbedAsync(texts, TextRole.Document)).Vectors;
        for (var i = 0; i < texts.Length; i++)
        {
            var alone = (await _embedder.EmbedAsync([texts[i]], TextRole.Document)).Vectors;
            AssertSame(alone[0], together[i]);
            Assert.Equal(1, TensorPrimitives.Norm(together[i].Span), 1e-4);
        }
    }

    [Fact]
    public async Task Meaning_is_near_and_other_meaning_is_far()
    {
        var result = await _embedder.EmbedAsync(
            ["listen to music", "audio player for songs", "compiler for the C language"], TextRole.Document);
        var vectors = result.Vectors;
        var near = TensorPrimitives.CosineSimilarity(vectors[0].Span, vectors[1].Span);
        var far = TensorPrimitives.CosineSimilarity(vectors[0].Span, vectors[2].Span);
        Assert.True(near > far + 0.2, $"expected {near} to be well above {far}");
    }

    [Fact]
    public async Task No_texts_give_an_empty_block()
    {
        var result = await _embedder.EmbedAsync([], TextRole.Document);
        Assert.Equal((0, 256), (result.Vectors.Count, result.Vectors.Dimensions));
        Assert.Equal((0L, 0), (result.Tokens, result.Truncated));
    }

    [Fact]
    public async Task Tokens_and_truncated_texts_are_counted()
    {
        var result = await _embedder.EmbedAsync(
            ["", string.Concat(Enumerable.Repeat("linux ", 500)), "linux"], TextRole.Document);
        Assert.Equal(2 + 128 + 3, result.Tokens);
        Assert.Equal([1], result.TruncatedTexts);
    }

    [Fact]
    public async Task A_stream_gives_the_vectors_that_a_list_does()
    {
        List<string> texts = [.. Enumerable.Range(0, 4_500).Select(i => $"{i} of {i * i}")];
        var expected = await _embedder.EmbedAsync(texts, TextRole.Document);
        var next = 0;
        await foreach (var result in _embedder.EmbedAsync(texts.ToAsyncEnumerable(), TextRole.Document))
        {
            Assert.Equal(texts[next], result.Item);
            Assert.InRange(TensorPrimitives.Distance(result.Vector.Span, expected.Vectors[next++].Span), 0, 1e-5f);
        }

        Assert.Equal(texts.Count, next);
    }

    [Fact]
    public async Task Any_text_has_a_vector()
    {
        string[] texts =
        [
            "", " ", "\0", "\ud800", "\ud83d\ude00\udc00", "\ufffd\ufffe\uffff", "[CLS][SEP][PAD][MASK]",
            new('x', 1 << 20), string.Concat(Enumerable.Repeat("ab ", 1 << 18)), new('中', 1 << 20),
        ];
        var result = await _embedder.EmbedAsync(texts, TextRole.Query);
        for (var i = 0; i < texts.Length; i++)
            _embedder.Space.Check(result.Vectors[i].Span);
        Assert.Equal(2, result.Truncated);
    }

    [Fact]
    public async Task Concurrent_callers_get_their_own_vectors()
    {
        var expected = (await _embedder.EmbedAsync(RealTexts.All, TextRole.Document)).Vectors;
        var callers = new ParallelOptions { MaxDegreeOfParallelism = 8 };
        await Parallel.ForEachAsync(Enumerable.Range(0, 60), callers, async (i, ct) =>
        {
            int[] places = [.. Enumerable.Range(0, 1 + (i % 9)).Select(k => (i + (k * 11)) % 80)];
            var result = await _embedder.EmbedAsync([.. places.Select(p => RealTexts.All[p])], TextRole.Document, ct);
            for (var k = 0; k < places.Length; k++)
                AssertSame(expected[places[k]], result.Vectors[k]);
        });
    }

    [Fact]
    public async Task A_cancelled_call_ends_at_once_and_harms_no_other()
    {
        using var before = new CancellationTokenSource();
        await before.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => _embedder.EmbedAsync(["a"], TextRole.Query, before.Token));

        // So many texts that the call is under way when it is cancelled.
        using var during = new CancellationTokenSource();
        string[] many = [.. Enumerable.Range(0, 20_000).Select(i => RealTexts.All[i % 80])];
        var call = _embedder.EmbedAsync(many, TextRole.Document, during.Token);
        await Task.Delay(200);
        await during.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(TimeSpan.FromSeconds(5)));
        Assert.Equal(1, (await _embedder.EmbedAsync(["a"], TextRole.Query)).Vectors.Count);
    }

    [Fact]
    public async Task Null_texts_are_refused_by_their_place()
    {
        await Assert.ThrowsAsync<ArgumentNullException>(() => _embedder.EmbedAsync(null!, TextRole.Query));
        var error = await Assert.ThrowsAsync<ArgumentException>(
            () => _embedder.EmbedAsync(["a", null!], TextRole.Query));
        Assert.Contains("null at 1", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_disposed_embedder_says_so()
    {
        var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        embedder.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => embedder.EmbedAsync(["a"], TextRole.Query));
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        OnnxEmbedderOptions[] wrong =
        [
            new() { IntraOpThreads = 0 }, new() { IntraOpThreads = 2000 }, new() { MaxBatchTokens = 0 },
            new() { MaxBatchTokens = (1 << 20) + 1 },
        ];
        foreach (var options in wrong)
            Assert.Throws<PgEmbedException>(() => OnnxTextEmbedder.Load(BuiltInModel.Folder, options));
    }

    private static void AssertSame(ReadOnlyMemory<float> expected, ReadOnlyMemory<float> actual) =>
        Assert.InRange(TensorPrimitives.CosineSimilarity(expected.Span, actual.Span), 0.99999, 1.00001);
}
