using System.Diagnostics;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Benchmarks;

/// <summary>
/// What the embedder's settings of ONNX Runtime are chosen from: each of them changed by itself, with int8 and with
/// float32 weights.
/// </summary>
internal static class SettingsBench
{
    private const int BatchTokens = 1024;
    private const int Singles = 100;

    private static readonly (string Name, int BatchTokens, Action<OnnxSessionOptions> Change)[] Variants =
    [
        ("as the embedder", BatchTokens, _ => { }),
        ("batches of 256 tokens", 256, _ => { }),
        ("batches of 512 tokens", 512, _ => { }),
        ("batches of 2048 tokens", 2048, _ => { }),
        ("batches of 8192 tokens", 8192, _ => { }),
        ("one thread", BatchTokens, options => options.IntraOpThreads = 1),
        ("twice as many threads", BatchTokens, options => options.IntraOpThreads = 2 * Environment.ProcessorCount),
        ("threads spin", BatchTokens, options => options.IntraOpSpinning = true),
        ("no arena", BatchTokens, options => options.MemoryArena = false),
        ("memory patterns", BatchTokens, options => options.MemoryPattern = true),
        ("no graph optimization", BatchTokens, options => options.Optimization = GraphOptimization.None),
        ("basic optimization", BatchTokens, options => options.Optimization = GraphOptimization.Basic),
        ("extended optimization", BatchTokens, options => options.Optimization = GraphOptimization.Extended),
        ("dequantization not folded", BatchTokens, options => options.Configuration.Clear()),
    ];

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(quick ? 60 : 200, cancellationToken);
        // Half of them short: both kinds have about their share of a real table.
        List<string> texts = [.. packages.Select((p, i) => i % 2 == 0 ? p.Synopsis : $"{p.Synopsis}\n{p.Description}")];
        var results = new List<IReadOnlyDictionary<string, object>>();
        foreach (var folder in Models())
            Measure(folder, texts, quick ? 2 : 5, results, cancellationToken);
        return new BenchReport(
            "settings",
            quick,
            Machine.Commit(),
            Machine.This(),
            new BenchData(name, texts.Count, ModelFolder.Open(BuiltInModel.Folder).Dimensions),
            new Dictionary<string, string>(),
            results,
            []);
    }

    private static IEnumerable<ModelFolder> Models()
    {
        yield return ModelFolder.Open(BuiltInModel.Folder);
        if (Checkout.Shared("models", "pgembed-mini-v2") is { } folder)
            yield return ModelFolder.Open(folder, new ModelFolderOptions { ModelFile = "onnx/model.onnx" });
    }

    private static void Measure(
        ModelFolder folder,
        List<string> texts,
        int rounds,
        List<IReadOnlyDictionary<string, object>> results,
        CancellationToken cancellationToken)
    {
        using var model = OnnxTextEmbedder.Load(folder);
        var runs = new List<RuntimeAlone>();
        try
        {
            foreach (var variant in Variants)
            {
                var options = RuntimeAlone.EmbedderOptions();
                variant.Change(options);
                runs.Add(new RuntimeAlone(model, [texts], variant.BatchTokens, options));
            }

            var batched = runs.ConvertAll(_ => new List<double>());
            var single = runs.ConvertAll(_ => new List<double>());
            // The variants take turns, so that a slower moment of the machine meets all of them; the first only warms up.
            for (var round = 0; round <= rounds; round++)
            {
                foreach (var (i, run) in runs.Index())
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    var seconds = Seconds(() => run.RunSlice(0));
                    if (round == 0)
                        continue;
                    batched[i].Add(seconds);
                    // Every second text is short.
                    for (var text = 0; text < Math.Min(2 * Singles, texts.Count); text += 2)
                        single[i].Add(1000 * Seconds(() => run.RunOne(text)));
                }
            }

            for (var i = 0; i < runs.Count; i++)
                results.Add(new Dictionary<string, object>
                {
                    ["file"] = $"{folder.Name} {folder.ModelFile}",
                    ["settings"] = Variants[i].Name,
                    ["tokens_per_s"] = Math.Round(runs[i].Tokens / Statistics.Median(batched[i])),
                    ["of_the_embedder_s"] = Math.Round(Statistics.Median(batched[0]) / Statistics.Median(batched[i]), 3),
                    ["short_text_p50_ms"] = Math.Round(Statistics.Median(single[i]), 3),
                });
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }
}
