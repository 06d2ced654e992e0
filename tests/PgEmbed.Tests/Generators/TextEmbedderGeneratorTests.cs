using Microsoft.Extensions.AI;
using PgEmbed.Generators;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Tests.Generators;

/// <summary>Ours offered to others.</summary>
public sealed class TextEmbedderGeneratorTests
{
    [Fact]
    public async Task The_built_in_models_vectors_are_its_own_and_its_tokens_are_counted()
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var generator = embedder.AsEmbeddingGenerator();
        var expected = await embedder.EmbedAsync(["chess", "internet radio"], TextRole.Document);

        var generated = await generator.GenerateAsync(["chess", "internet radio"]);

        Assert.Equal(2, generated.Count);
        Assert.Equal(expected.Vectors[1].ToArray(), generated[1].Vector.ToArray());
        Assert.Equal(embedder.Space.Name, generated[0].ModelId);
        Assert.Equal(expected.Tokens, generated.Usage!.InputTokenCount);
        Assert.Equal(expected.Tokens, generated.Usage.TotalTokenCount);
    }

    [Fact]
    public async Task Texts_that_were_cut_are_named_there_and_back_again()
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var generator = embedder.AsEmbeddingGenerator();
        var cut = string.Join(' ', Enumerable.Repeat("long", 500));

        var generated = await generator.GenerateAsync(["short", cut, "short", cut]);
        var back = await new EmbeddingGeneratorEmbedder(
            generator, new() { Name = "back", Dimensions = embedder.Space.Dimensions, MaxTextsPerRequest = 3 })
            .EmbedAsync(["short", cut, "short", "short", cut], TextRole.Document);

        Assert.Equal(
            [1, 3],
            (IReadOnlyList<int>)generated.AdditionalProperties![TextEmbedderGeneratorExtensions.TruncatedTextsProperty]!);
        Assert.Equal([1, 4], back.TruncatedTexts);
    }

    [Fact]
    public async Task There_and_back_again_the_vectors_are_the_same()
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var there = embedder.AsEmbeddingGenerator(TextRole.Query);
        var back = new EmbeddingGeneratorEmbedder(
            there, new EmbeddingGeneratorEmbedderOptions { Name = "back", Dimensions = embedder.Space.Dimensions });

        var query = await back.EmbedQueryAsync("chess");

        Assert.Equal((await embedder.EmbedQueryAsync("chess")).Values.ToArray(), query.Values.ToArray());
        Assert.NotEqual(embedder.Space, query.Space);
    }

    [Theory]
    [InlineData(TextRole.Document)]
    [InlineData(TextRole.Query)]
    public async Task Texts_are_embedded_in_the_role_that_was_said(TextRole role)
    {
        var inner = new ScriptedGenerator(4);
        var embedder = Remote(inner, DistanceMetric.Cosine);

        await embedder.AsEmbeddingGenerator(role).GenerateAsync(["a"]);

        Assert.Equal([role == TextRole.Query ? "query: a" : "doc: a"], inner.Requests[0]);
    }

    [Fact]
    public void It_tells_what_it_is()
    {
        var embedder = Remote(new ScriptedGenerator(4), DistanceMetric.Cosine);
        var generator = embedder.AsEmbeddingGenerator();

        var metadata = generator.GetService<EmbeddingGeneratorMetadata>()!;
        Assert.Equal(
            ("pgembed", embedder.Space.Name, 4),
            (metadata.ProviderName, metadata.DefaultModelId, metadata.DefaultModelDimensions));
        Assert.Same(embedder, generator.GetService<ITextEmbedder>());
        Assert.Same(embedder, generator.GetService<EmbeddingGeneratorEmbedder>());
        Assert.Same(embedder.Space, generator.GetService<VectorSpace>());
        Assert.Same(generator, generator.GetService<IEmbeddingGenerator<string, Embedding<float>>>());
        Assert.Null(generator.GetService<string>());
        Assert.Null(generator.GetService<ITextEmbedder>("some key"));
    }

    [Theory]
    [InlineData("remote@1", true)]
    [InlineData("remote", true)]
    [InlineData("remote@2", false)]
    [InlineData("Remote", false)]
    [InlineData("", false)]
    public async Task Another_model_than_the_loaded_one_is_refused(string model, bool accepted)
    {
        var generator = Remote(new ScriptedGenerator(4), DistanceMetric.Cosine).AsEmbeddingGenerator();
        var options = new EmbeddingGenerationOptions { ModelId = model };

        if (accepted)
            Assert.Single(await generator.GenerateAsync(["a"], options));
        else
            await Assert.ThrowsAsync<PgEmbedException>(() => generator.GenerateAsync(["a"], options));
    }

    [Fact]
    public async Task Fewer_dimensions_are_the_first_ones_brought_to_length_1()
    {
        var generator = Remote(new ScriptedGenerator(4), DistanceMetric.Cosine).AsEmbeddingGenerator();
        var whole = (await generator.GenerateAsync(["abc"]))[0].Vector.ToArray();

        var cut = (await generator.GenerateAsync(["abc"], new EmbeddingGenerationOptions { Dimensions = 3 }))[0];
        var same = (await generator.GenerateAsync(["abc"], new EmbeddingGenerationOptions { Dimensions = 4 }))[0];

        var length = Math.Sqrt(whole.Take(3).Sum(v => (double)v * v));
        Assert.Equal(whole.Take(3).Select(v => (float)(v / length)), cut.Vector.ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(whole, same.Vector.ToArray());
    }

    [Theory]
    [InlineData(DistanceMetric.Cosine, 5)]
    [InlineData(DistanceMetric.L2, 3)]
    [InlineData(DistanceMetric.InnerProduct, 3)]
    public async Task Dimensions_that_the_vectors_cannot_be_cut_to_are_refused(DistanceMetric metric, int dimensions)
    {
        var inner = new ScriptedGenerator(4);
        var generator = Remote(inner, metric).AsEmbeddingGenerator();

        await Assert.ThrowsAsync<PgEmbedException>(
            () => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = dimensions }));

        Assert.Empty(inner.Requests);
    }

    [Fact]
    public async Task A_vector_that_is_zero_where_it_is_cut_is_an_error()
    {
        var inner = new ScriptedGenerator(4, (_, _) => Task.FromResult<GeneratedEmbeddings<Embedding<float>>?>(
            new GeneratedEmbeddings<Embedding<float>>([new Embedding<float>(new float[] { 0, 0, 0, 1 })])));
        var generator = Remote(inner, DistanceMetric.Cosine).AsEmbeddingGenerator();

        await Assert.ThrowsAsync<InvalidVectorException>(
            () => generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { Dimensions = 2 }));
    }

    [Fact]
    public async Task Disposing_the_generator_leaves_the_embedder_usable()
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        embedder.AsEmbeddingGenerator().Dispose();

        Assert.Equal(1, (await embedder.EmbedAsync(["a"], TextRole.Document)).Vectors.Count);
    }

    private static EmbeddingGeneratorEmbedder Remote(ScriptedGenerator generator, DistanceMetric metric) => new(
        generator,
        new EmbeddingGeneratorEmbedderOptions
        {
            Name = "remote",
            Version = "1",
            Dimensions = 4,
            Metric = metric,
            DocumentPrompt = "doc: ",
            QueryPrompt = "query: ",
        });
}
