using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Testing;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>Files of one model with weights of other widths make nearly the same vectors, and are spaces of their own.</summary>
public sealed class WeightTests
{
    private const string V1 = "models/pgembed-mini-v1";

    [Fact]
    public Task Weights_of_8_and_of_16_bits_in_one_file() =>
        AssertNearAsync(BuiltInModel.Folder, "onnx/model_quantized.onnx", 0.9999);

    [SharedDataFact(V1)]
    public Task Weights_of_16_bits() => AssertNearAsync(SharedData.PathOf(V1), "onnx/model.onnx", 0.99999);

    [SharedDataFact(V1)]
    public async Task Weights_of_8_bits()
    {
        using var whole = Load(SharedData.PathOf(V1), "onnx/model.onnx");
        using var small = Load(SharedData.PathOf(V1), "onnx/model_quantized.onnx");
        await AssertNearAsync(whole, small, 0.999);
    }

    /// <summary>The file, and a copy of it with 16-bit floats.</summary>
    private static async Task AssertNearAsync(string folder, string file, double leastCosine)
    {
        using var copy = new TemporaryFolder();
        foreach (var path in Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories)
            .Where(path => Path.GetExtension(path) != ".onnx"))
            copy.Write(Path.GetRelativePath(folder, path), File.ReadAllBytes(path));
        var original = File.ReadAllBytes(Path.Combine(folder, file));
        var converted = HalfWeights.Of(original);
        Assert.True(converted.Length < original.Length);
        copy.Write(file, converted);
        using var whole = Load(folder, file);
        using var halves = Load(copy.Path, file);
        Assert.NotEqual(whole.Space.Id, halves.Space.Id);
        await AssertNearAsync(whole, halves, leastCosine);
    }

    private static async Task AssertNearAsync(OnnxTextEmbedder expected, OnnxTextEmbedder actual, double leastCosine)
    {
        var vectors = (await expected.EmbedAsync(RealTexts.All, TextRole.Document)).Vectors;
        var others = (await actual.EmbedAsync(RealTexts.All, TextRole.Document)).Vectors;
        var least = Enumerable.Range(0, vectors.Count)
            .Min(i => TensorPrimitives.CosineSimilarity(vectors[i].Span, others[i].Span));
        Assert.InRange(least, leastCosine, 1.00001);
        Assert.NotEqual(vectors.Values.ToArray(), others.Values.ToArray());
    }

    private static OnnxTextEmbedder Load(string folder, string file) =>
        OnnxTextEmbedder.Load(ModelFolder.Open(folder, new ModelFolderOptions { ModelFile = file, Name = "weights" }));
}
