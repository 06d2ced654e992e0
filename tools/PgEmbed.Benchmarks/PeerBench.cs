using System.Diagnostics;
using System.Numerics.Tensors;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>The embedder beside transformers.js, on the same model file in the same run.</summary>
internal static class PeerBench
{
    /// <summary>Measures short texts, long ones, and a mix of one long to seven short.</summary>
    public static async Task MeasureAsync(
        List<string> shorts,
        List<string> longs,
        int most,
        List<BenchTarget> targets,
        CancellationToken cancellationToken)
    {
        // The peer reads no model whose only file is the quantized one.
        const string file = "onnx/model.onnx";
        if (Checkout.Shared("models", "pgembed-mini-v1") is not { } folder)
        {
            await Console.Error.WriteLineAsync("bench: not compared with transformers.js: no shared model beside the checkout.");
            return;
        }

        var count = Math.Min(most, shorts.Count);
        var sets = new Dictionary<string, List<string>>
        {
            ["short"] = shorts[..count],
            ["long"] = longs[..count],
            ["mix"] = [.. Enumerable.Range(0, count).Select(i => i % 8 == 0 ? longs[i] : shorts[i])],
        };
        using var model = OnnxTextEmbedder.Load(
            ModelFolder.Open(folder, new ModelFolderOptions { ModelFile = file }));
        if (await TransformersPeer.RunAsync(folder, sets, cancellationToken) is not { } peer)
            return;
        var first = (await model.EmbedAsync([sets["short"][0]], TextRole.Document, cancellationToken)).Vectors[0];
        targets.Add(new BenchTarget(
            "cosine of the first text's vector with transformers.js'",
            Math.Round(TensorPrimitives.CosineSimilarity(first.Span, peer.First), 6), "", 0.99999));
        foreach (var (set, goal) in ((string, double)[])[("short", 1.6), ("long", 1.6), ("mix", 5)])
        {
            var watch = Stopwatch.StartNew();
            await model.EmbedAsync(sets[set], TextRole.Document, cancellationToken);
            targets.Add(new BenchTarget(
                $"texts/s of transformers.js, {set} texts",
                Math.Round(peer.Seconds[set] / watch.Elapsed.TotalSeconds, 2), "times", goal));
        }
    }
}
