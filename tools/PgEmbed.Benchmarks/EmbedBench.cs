using System.Diagnostics;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>How fast texts become vectors: many at once, and one at a time.</summary>
internal static class EmbedBench
{
    private const int Rounds = 3;

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(quick ? 1_000 : 5_000, cancellationToken);
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        List<IReadOnlyDictionary<string, object>> results =
        [
            await MeasureAsync(embedder, "synopsis", [.. packages.Select(p => p.Synopsis)], cancellationToken),
            await MeasureAsync(
                embedder, "synopsis and description", [.. packages.Select(p => $"{p.Synopsis}\n{p.Description}")],
                cancellationToken),
        ];
        return new BenchReport(
            "embed",
            quick,
            Machine.Commit(),
            Machine.This(),
            new BenchData($"{name}, model {embedder.Space.Name}", packages.Count, embedder.Space.Dimensions),
            new Dictionary<string, string>(),
            results,
            []);
    }

    private static async Task<IReadOnlyDictionary<string, object>> MeasureAsync(
        OnnxTextEmbedder embedder, string what, List<string> texts, CancellationToken cancellationToken)
    {
        await embedder.EmbedAsync(texts[..Math.Min(200, texts.Count)], TextRole.Document, cancellationToken);
        List<double> batched = [], single = [];
        long tokens = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var watch = Stopwatch.StartNew();
            tokens = (await embedder.EmbedAsync(texts, TextRole.Document, cancellationToken)).Tokens;
            batched.Add(watch.Elapsed.TotalSeconds);
        }

        foreach (var text in texts.Take(1_000))
        {
            var watch = Stopwatch.StartNew();
            await embedder.EmbedAsync([text], TextRole.Query, cancellationToken);
            single.Add(watch.Elapsed.TotalMilliseconds);
        }

        var seconds = Statistics.Median(batched);
        return new Dictionary<string, object>
        {
            ["text"] = what,
            ["texts"] = texts.Count,
            ["tokens_per_text"] = Math.Round((double)tokens / texts.Count, 1),
            ["batched_texts_per_s"] = Math.Round(texts.Count / seconds),
            ["batched_tokens_per_s"] = Math.Round(tokens / seconds),
            ["single_texts_per_s"] = Math.Round(1000 * single.Count / single.Sum()),
            ["single_p50_ms"] = Math.Round(Statistics.Median(single), 3),
            ["single_p95_ms"] = Math.Round(Statistics.Quantile(single, 0.95), 3),
        };
    }
}
