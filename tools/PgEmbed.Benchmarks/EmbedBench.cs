using System.Diagnostics;
using System.Numerics.Tensors;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Benchmarks;

/// <summary>
/// How fast texts become vectors. The measure is ONNX Runtime alone on perfectly packed batches: the same texts, sorted,
/// their ids made beforehand, no text beside a longer one of its batch.
/// </summary>
internal static class EmbedBench
{
    private const int Rounds = 3;
    private const int BatchTokens = 1024;

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(quick ? 500 : 20_000, cancellationToken);
        List<string> shorts = [.. packages.Select(p => p.Synopsis)];
        List<string> longs = [.. packages.Select(p => $"{p.Synopsis}\n{p.Description}")];
        var results = new List<IReadOnlyDictionary<string, object>>();
        var targets = new List<BenchTarget>();
        foreach (var folder in ModelFolders())
        {
            using var model = OnnxTextEmbedder.Load(folder);
            results.Add(await MeasureAsync(model, "synopsis", shorts, targets, cancellationToken));
            results.Add(await MeasureAsync(model, "synopsis and description", longs, targets, cancellationToken));
        }

        await CompareAsync(shorts, longs, quick, targets, cancellationToken);
        using var builtIn = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        return new BenchReport(
            "embed",
            quick,
            Machine.Commit(),
            Machine.This(),
            new BenchData(name, packages.Count, builtIn.Space.Dimensions),
            new Dictionary<string, string>(),
            results,
            targets);
    }

    // The built-in model, and the larger one where the shared folder has it.
    private static IEnumerable<string> ModelFolders() =>
        new[] { BuiltInModel.Folder, Checkout.Shared("models", "pgembed-mini-v2") }.OfType<string>();

    private static async Task<IReadOnlyDictionary<string, object>> MeasureAsync(
        OnnxTextEmbedder model,
        string what,
        List<string> texts,
        List<BenchTarget> targets,
        CancellationToken cancellationToken)
    {
        await model.EmbedAsync(texts[..Math.Min(200, texts.Count)], TextRole.Document, cancellationToken);
        using var alone = new RuntimeAlone(model, texts, BatchTokens);
        List<double> tokenizing = [], running = [], whole = [];
        // The rounds take turns, so that a slower moment of the machine meets all of them.
        for (var round = 0; round < Rounds; round++)
        {
            tokenizing.Add(Seconds(() => RuntimeAlone.Tokenize(model, texts)));
            running.Add(Seconds(alone.RunAll));
            var watch = Stopwatch.StartNew();
            await model.EmbedAsync(texts, TextRole.Document, cancellationToken);
            whole.Add(watch.Elapsed.TotalSeconds);
        }

        var (single, singleAlone) = await MeasureSingleAsync(model, texts, alone, cancellationToken);
        var callers = new Dictionary<int, double>();
        foreach (var count in (int[])[1, 2, 4])
            callers[count] = await MeasureCallersAsync(model, texts, count, cancellationToken);
        var share = Statistics.Median(running) / Statistics.Median(whole);
        var overhead = 1000 * (Statistics.Median(single) - Statistics.Median(singleAlone));
        targets.Add(new BenchTarget($"{model.Model.Name}, {what}: whole pipeline of ONNX Runtime alone", Math.Round(share, 3), "share", 0.9));
        if (what == "synopsis")
        {
            targets.Add(BenchTarget.AtMost($"{model.Model.Name}: a single short text over ONNX Runtime alone, p50", Math.Round(overhead, 1), "µs", 100));
            targets.Add(new BenchTarget($"{model.Model.Name}: WordPiece on one core", Math.Round(alone.Tokens / Statistics.Median(tokenizing) / 1e6, 2), "million tokens/s", 5));
        }

        return new Dictionary<string, object>
        {
            ["model"] = model.Model.Name,
            ["text"] = what,
            ["texts"] = texts.Count,
            ["tokens"] = alone.Tokens,
            ["tokenize_tokens_per_s"] = Math.Round(alone.Tokens / Statistics.Median(tokenizing)),
            ["ort_tokens_per_s"] = Math.Round(alone.Tokens / Statistics.Median(running)),
            ["batched_tokens_per_s"] = Math.Round(alone.Tokens / Statistics.Median(whole)),
            ["batched_texts_per_s"] = Math.Round(texts.Count / Statistics.Median(whole)),
            ["callers_2_texts_per_s"] = Math.Round(callers[2]),
            ["callers_4_texts_per_s"] = Math.Round(callers[4]),
            ["single_texts_per_s"] = Math.Round(1000 * single.Count / single.Sum()),
            ["single_p50_ms"] = Math.Round(Statistics.Median(single), 3),
            ["single_p95_ms"] = Math.Round(Statistics.Quantile(single, 0.95), 3),
            ["single_ort_p50_ms"] = Math.Round(Statistics.Median(singleAlone), 3),
        };
    }

    private static async Task<(List<double> Single, List<double> Alone)> MeasureSingleAsync(
        OnnxTextEmbedder model, List<string> texts, RuntimeAlone alone, CancellationToken cancellationToken)
    {
        List<double> single = [], runtime = [];
        for (var i = 0; i < Math.Min(500, texts.Count); i++)
        {
            var watch = Stopwatch.StartNew();
            await model.EmbedAsync([texts[i]], TextRole.Query, cancellationToken);
            single.Add(watch.Elapsed.TotalMilliseconds);
            runtime.Add(1000 * Seconds(() => alone.RunOne(i)));
        }

        return (single, runtime);
    }

    private static async Task<double> MeasureCallersAsync(
        OnnxTextEmbedder model, List<string> texts, int callers, CancellationToken cancellationToken)
    {
        var sample = texts[..Math.Min(2_000, texts.Count)];
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(sample.Chunk((sample.Count + callers - 1) / callers)
            .Select(part => model.EmbedAsync(part, TextRole.Document, cancellationToken)));
        return sample.Count / watch.Elapsed.TotalSeconds;
    }

    private static async Task CompareAsync(
        List<string> shorts, List<string> longs, bool quick, List<BenchTarget> targets, CancellationToken cancellationToken)
    {
        // The peer reads no model whose only file is the quantized one.
        if (Checkout.Shared("models", "pgembed-mini-v1", "onnx", "model.onnx") is null)
        {
            await Console.Error.WriteLineAsync("bench: not compared with transformers.js: no shared model beside the checkout.");
            return;
        }

        var folder = Checkout.Shared("models", "pgembed-mini-v1")!;
        var count = Math.Min(quick ? 300 : 3_000, shorts.Count);
        var sets = new Dictionary<string, List<string>>
        {
            ["short"] = shorts[..count],
            ["long"] = longs[..count],
            ["mix"] = [.. Enumerable.Range(0, count).Select(i => i % 8 == 0 ? longs[i] : shorts[i])],
        };
        using var model = OnnxTextEmbedder.Load(
            ModelFolder.Open(folder, new ModelFolderOptions { ModelFile = "onnx/model.onnx" }));
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

    private static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }
}
