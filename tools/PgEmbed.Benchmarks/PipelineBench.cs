using System.Diagnostics;
using PgEmbed.Onnx;

namespace PgEmbed.Benchmarks;

/// <summary>
/// The embedder beside ONNX Runtime alone on perfectly packed batches: the same texts, their ids made beforehand, no
/// text beside a longer one of its batch.
/// </summary>
internal static class PipelineBench
{
    private const int BatchTokens = 1024;
    private const int SliceTexts = 5_000;
    private const int Singles = 300;
    private const int CallersTexts = 2_000;

    /// <summary>Measures one model on one kind of texts.</summary>
    public static async Task MeasureAsync(
        string folder,
        string what,
        List<string> texts,
        List<IReadOnlyDictionary<string, object>> results,
        List<BenchTarget> targets,
        CancellationToken cancellationToken)
    {
        using var model = OnnxTextEmbedder.Load(folder);
        var slices = texts.Chunk(SliceTexts).ToList();
        using var alone = new RuntimeAlone(model, slices, BatchTokens);
        await model.EmbedAsync(texts[..Math.Min(200, texts.Count)], TextRole.Document, cancellationToken);
        var tokenizing = TokenizerBench.Seconds(model.Model.Tokenizer, texts, model.Model.MaxTokens);
        // A round of many long texts takes minutes, and needs no second.
        var rounds = alone.Tokens > 1_000_000 ? 1 : 3;
        List<double> running = [], whole = [];
        for (var round = 0; round < rounds; round++)
        {
            running.Add(0);
            whole.Add(0);
            // They take turns slice by slice, so that a slower moment of the machine meets both.
            foreach (var (i, slice) in slices.Index())
            {
                running[^1] += Seconds(() => alone.RunSlice(i));
                whole[^1] += await SecondsAsync(() => model.EmbedAsync(slice, TextRole.Document, cancellationToken));
            }
        }

        var (single, singleAlone) = await MeasureSinglesAsync(model, texts, alone, cancellationToken);
        var overhead = single.Zip(singleAlone, (with, without) => 1000 * (with - without)).ToList();
        var name = model.Model.Name;
        targets.Add(new BenchTarget(
            $"{name}, {what}: whole pipeline of ONNX Runtime alone",
            Math.Round(Statistics.Median(running) / Statistics.Median(whole), 3), "share", 0.9));
        if (what == "synopsis")
            targets.Add(BenchTarget.AtMost(
                $"{name}: a single short text over ONNX Runtime alone, p50",
                Math.Round(Statistics.Median(overhead), 1), "µs", 100));
        results.Add(new Dictionary<string, object>
        {
            ["model"] = name,
            ["text"] = what,
            ["texts"] = texts.Count,
            ["tokens"] = alone.Tokens,
            ["tokenize_tokens_per_s"] = Math.Round(alone.Tokens / tokenizing),
            ["tokenize_texts_per_s"] = Math.Round(texts.Count / tokenizing),
            ["ort_tokens_per_s"] = Math.Round(alone.Tokens / Statistics.Median(running)),
            ["ort_texts_per_s"] = Math.Round(texts.Count / Statistics.Median(running)),
            ["batched_tokens_per_s"] = Math.Round(alone.Tokens / Statistics.Median(whole)),
            ["batched_texts_per_s"] = Math.Round(texts.Count / Statistics.Median(whole)),
            ["callers_1_texts_per_s"] = await CallersAsync(1),
            ["callers_2_texts_per_s"] = await CallersAsync(2),
            ["callers_4_texts_per_s"] = await CallersAsync(4),
            ["single_texts_per_s"] = Math.Round(1000 * single.Count / single.Sum()),
            ["single_p50_ms"] = Math.Round(Statistics.Median(single), 3),
            ["single_p95_ms"] = Math.Round(Statistics.Quantile(single, 0.95), 3),
            ["single_ort_p50_ms"] = Math.Round(Statistics.Median(singleAlone), 3),
        });

        async Task<double> CallersAsync(int callers)
        {
            var sample = texts[..Math.Min(CallersTexts, texts.Count)];
            var seconds = await SecondsAsync(() => Task.WhenAll(
                sample.Chunk((sample.Count + callers - 1) / callers)
                    .Select(part => model.EmbedAsync(part, TextRole.Document, cancellationToken))));
            return Math.Round(sample.Count / seconds);
        }
    }

    private static async Task<(List<double> Single, List<double> Alone)> MeasureSinglesAsync(
        OnnxTextEmbedder model, List<string> texts, RuntimeAlone alone, CancellationToken cancellationToken)
    {
        // Not counted: until the runtime has compiled the way of a single text for good.
        foreach (var text in texts.Take(Singles))
            await model.EmbedAsync([text], TextRole.Query, cancellationToken);
        List<double> single = [], runtime = [];
        for (var i = 0; i < Math.Min(Singles, texts.Count); i++)
        {
            single.Add(1000 * await SecondsAsync(() => model.EmbedAsync([texts[i]], TextRole.Query, cancellationToken)));
            runtime.Add(1000 * Seconds(() => alone.RunOne(i)));
        }

        return (single, runtime);
    }

    private static double Seconds(Action action)
    {
        var watch = Stopwatch.StartNew();
        action();
        return watch.Elapsed.TotalSeconds;
    }

    private static async Task<double> SecondsAsync(Func<Task> action)
    {
        var watch = Stopwatch.StartNew();
        await action();
        return watch.Elapsed.TotalSeconds;
    }
}
