using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

internal static class FilterBench
{
    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        await using var data = await FilterBenchData.PrepareAsync(embedder, quick ? 20_000 : int.MaxValue, cancellationToken);
        throw new PgEmbedException($"{data.Queries.Count}");
    }
}
