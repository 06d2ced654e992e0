namespace PgEmbed.Benchmarks;

/// <summary>The benches by name.</summary>
internal static class Benches
{
    public static IReadOnlyDictionary<string, Func<bool, CancellationToken, Task<BenchReport>>> All { get; } =
        new Dictionary<string, Func<bool, CancellationToken, Task<BenchReport>>>(EmbedBench.Parts, StringComparer.Ordinal)
        {
            ["layers"] = LayerBench.RunAsync,
            ["settings"] = SettingsBench.RunAsync,
            ["repository"] = RepositoryBench.RunAsync,
            ["search"] = SearchBench.RunAsync,
        };
}
