namespace PgEmbed.Benchmarks;

/// <summary>The benches by name.</summary>
internal static class Benches
{
    public static IReadOnlyDictionary<string, Func<bool, CancellationToken, Task<BenchReport>>> All { get; } =
        new Dictionary<string, Func<bool, CancellationToken, Task<BenchReport>>>(
            EmbedBench.Parts.Concat(FilterBench.Parts).Concat(TierBench.Parts), StringComparer.Ordinal)
        {
            ["codec"] = CodecBench.RunAsync,
            ["advise"] = AdviseBench.RunAsync,
            ["hybrid"] = HybridBench.RunAsync,
            ["index"] = IndexBench.RunAsync,
            ["layers"] = LayerBench.RunAsync,
            ["order"] = OrderBench.RunAsync,
            ["repository"] = RepositoryBench.RunAsync,
            ["settings"] = SettingsBench.RunAsync,
            ["relevance"] = RelevanceBench.RunAsync,
            ["search"] = SearchBench.RunAsync,
        };
}
