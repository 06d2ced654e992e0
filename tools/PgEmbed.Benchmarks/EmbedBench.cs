using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>How fast texts become vectors: all parts of it, or one, since all take a quarter of an hour.</summary>
internal sealed class EmbedBench
{
    private readonly bool _quick;
    private readonly List<IReadOnlyDictionary<string, object>> _results = [];
    private readonly List<BenchTarget> _targets = [];
    private readonly (string Name, List<string> Shorts, List<string> Longs) _texts;

    private EmbedBench(bool quick, string name, List<string> shorts, List<string> longs)
    {
        _quick = quick;
        _texts = (name, shorts, longs);
    }

    /// <summary>The parts by name: the first is all of them.</summary>
    public static IReadOnlyDictionary<string, Func<bool, CancellationToken, Task<BenchReport>>> Parts { get; } =
        new Dictionary<string, Func<bool, CancellationToken, Task<BenchReport>>>(StringComparer.Ordinal)
        {
            ["embed"] = (quick, token) => RunAsync(
                "embed", quick, [Tokenizers, BuiltIn, Larger, Memory, Peer], token),
            ["embed-tokenizers"] = (quick, token) => RunAsync("embed-tokenizers", quick, [Tokenizers], token),
            ["embed-v1"] = (quick, token) => RunAsync("embed-v1", quick, [BuiltIn], token),
            ["embed-v2"] = (quick, token) => RunAsync("embed-v2", quick, [Larger], token),
            ["embed-memory"] = (quick, token) => RunAsync("embed-memory", quick, [Memory], token),
            ["embed-peer"] = (quick, token) => RunAsync("embed-peer", quick, [Peer], token),
        };

    private static string? LargerModel => Checkout.Shared("models", "pgembed-mini-v2");

    private static async Task<BenchReport> RunAsync(
        string bench,
        bool quick,
        Func<EmbedBench, CancellationToken, Task>[] parts,
        CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(quick ? 200 : 20_000, cancellationToken);
        var run = new EmbedBench(
            quick,
            name,
            packages.ConvertAll(p => p.Synopsis),
            packages.ConvertAll(p => $"{p.Synopsis}\n{p.Description}"));
        foreach (var part in parts)
            await part(run, cancellationToken);
        return new BenchReport(
            bench,
            quick,
            Machine.Commit(),
            Machine.This(),
            new BenchData(name, packages.Count, ModelFolder.Open(BuiltInModel.Folder).Dimensions),
            new Dictionary<string, string>(),
            run._results,
            run._targets);
    }

    private static Task Tokenizers(EmbedBench run, CancellationToken cancellationToken)
    {
        // Tokenizing is so quick that even the quick run can have texts enough to be like the whole.
        foreach (var (what, texts) in run.TextSets())
            TokenizerBench.Measure(what, texts, run._results, run._targets);
        return Task.CompletedTask;
    }

    private static Task BuiltIn(EmbedBench run, CancellationToken cancellationToken) =>
        run.PipelineAsync(BuiltInModel.Folder, cancellationToken);

    private static Task Larger(EmbedBench run, CancellationToken cancellationToken) =>
        LargerModel is { } folder ? run.PipelineAsync(folder, cancellationToken) : Task.CompletedTask;

    private static async Task Memory(EmbedBench run, CancellationToken cancellationToken)
    {
        if (run._quick)
        {
            await run.MemoryAsync(BuiltInModel.Folder, 4_000, 16_000, cancellationToken);
            return;
        }

        foreach (var folder in new[] { BuiltInModel.Folder, LargerModel }.OfType<string>())
            await run.MemoryAsync(folder, 20_000, 200_000, cancellationToken);
    }

    private static Task Peer(EmbedBench run, CancellationToken cancellationToken) => PeerBench.MeasureAsync(
        run._texts.Shorts, run._texts.Longs, run._quick ? 200 : 3_000, run._targets, cancellationToken);

    private async Task PipelineAsync(string folder, CancellationToken cancellationToken)
    {
        foreach (var (what, texts) in TextSets())
            await PipelineBench.MeasureAsync(folder, what, texts, _results, _targets, cancellationToken);
    }

    private Task MemoryAsync(string folder, int few, int many, CancellationToken cancellationToken) =>
        MemoryBench.MeasureAsync(folder, few, many, _results, _targets, cancellationToken);

    private (string What, List<string> Texts)[] TextSets() =>
        [("synopsis", _texts.Shorts), ("synopsis and description", _texts.Longs)];
}
