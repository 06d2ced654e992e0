using System.Diagnostics;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>What leaving a model after an earlier layer saves: texts a second, and the time of one short text.</summary>
internal static class LayerBench
{
    private const int Rounds = 3;

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var folder = Checkout.Shared("models", "pgembed-mini-v2") ?? throw new PgEmbedException(
            "There is no model with an output a layer in the shared folder beside the checkout.",
            "Put one there as models/pgembed-mini-v2.");
        var (name, packages) = await BenchTexts.PackagesAsync(quick ? 500 : 4_000, cancellationToken);
        List<string> texts = [.. packages.Select(p => $"{p.Synopsis}\n{p.Description}")];
        var models = Enumerable.Range(1, 3).Select(layer => OnnxTextEmbedder.Load(
            ModelFolder.Open(folder, new ModelFolderOptions { Layer = layer }))).ToList();
        try
        {
            var whole = models.ConvertAll(_ => new List<double>());
            var single = models.ConvertAll(_ => new List<double>());
            // The layers take turns, so that a slower moment of the machine meets all of them.
            for (var round = 0; round <= Rounds; round++)
            {
                foreach (var (i, model) in models.Index())
                {
                    var time = await SecondsAsync(model, texts, TextRole.Document, cancellationToken);
                    // The first round only warms up.
                    if (round == 0)
                        continue;
                    whole[i].Add(time);
                    foreach (var package in packages.Take(300))
                        single[i].Add(1000 * await SecondsAsync(model, [package.Synopsis], TextRole.Query, cancellationToken));
                }
            }

            var last = Statistics.Median(whole[^1]);
            var results = models.Index().Select(m => (IReadOnlyDictionary<string, object>)new Dictionary<string, object>
            {
                ["layer"] = m.Index + 1,
                ["texts_per_s"] = Math.Round(texts.Count / Statistics.Median(whole[m.Index])),
                ["of_the_time"] = Math.Round(Statistics.Median(whole[m.Index]) / last, 3),
                ["single_p50_ms"] = Math.Round(Statistics.Median(single[m.Index]), 3),
            }).ToList();
            return new BenchReport(
                "layers",
                quick,
                Machine.Commit(),
                Machine.This(),
                new BenchData(name, texts.Count, models[0].Space.Dimensions),
                new Dictionary<string, string>(),
                results,
                []);
        }
        finally
        {
            models.ForEach(model => model.Dispose());
        }
    }

    private static async Task<double> SecondsAsync(
        OnnxTextEmbedder model, IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        await model.EmbedAsync(texts, role, cancellationToken);
        return watch.Elapsed.TotalSeconds;
    }
}
