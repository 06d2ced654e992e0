using PgEmbed.Cli.Demo;

namespace PgEmbed.Benchmarks;

/// <summary>The texts that benches run over.</summary>
internal static class BenchTexts
{
    /// <summary>
    /// Packages: those of the shared folder beside the checkout where it is there, else the sample that comes with the
    /// project. Every n-th, so that fewer are as mixed as all.
    /// </summary>
    public static async Task<(string Name, List<Package> Packages)> PackagesAsync(
        int most, CancellationToken cancellationToken)
    {
        var shared = Checkout.Shared("data", "packages.jsonl.gz");
        if (shared is null)
            await Console.Error.WriteLineAsync("bench: no shared data beside the checkout: the project's own sample is used.");
        var all = await PackageFile.ReadAsync(shared ?? PackageFile.Sample, cancellationToken)
            .ToListAsync(cancellationToken);
        var step = Math.Max(1, all.Count / most);
        return (
            shared is null ? "packages sample" : "packages",
            [.. all.Where((_, i) => i % step == 0).Take(most)]);
    }
}
