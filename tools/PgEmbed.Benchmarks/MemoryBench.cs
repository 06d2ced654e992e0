using System.Diagnostics;
using System.Globalization;
using PgEmbed.Cli.Demo;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>
/// The most memory that a process takes for embedding a stream of texts, each count in a process of its own.
/// </summary>
internal static class MemoryBench
{
    /// <summary>The first argument of a process that only embeds; then the model's folder and how many texts.</summary>
    public const string ChildArgument = "embed-stream";

    private const long MebiByte = 1 << 20;

    /// <summary>Measures one model on few texts and on many.</summary>
    public static async Task MeasureAsync(
        string folder,
        int few,
        int many,
        List<IReadOnlyDictionary<string, object>> results,
        List<BenchTarget> targets,
        CancellationToken cancellationToken)
    {
        var name = ModelFolder.Open(folder).Name;
        var peaks = new List<long>();
        foreach (var texts in (int[])[few, many])
        {
            var (peak, seconds) = await RunChildAsync(folder, texts, cancellationToken);
            peaks.Add(peak);
            results.Add(new Dictionary<string, object>
            {
                ["model"] = name,
                ["streamed_texts"] = texts,
                ["texts_per_s"] = Math.Round(texts / seconds),
                ["peak_memory_mib"] = peak / MebiByte,
            });
        }

        targets.Add(BenchTarget.AtMost(
            $"{name}: peak memory of {many} texts over that of {few}",
            Math.Round((double)peaks[1] / peaks[0], 3), "times", 1.1));
    }

    /// <summary>Embeds texts in this process and prints its peak memory in bytes and the seconds it took.</summary>
    public static async Task RunAsync(string folder, int texts)
    {
        using var model = OnnxTextEmbedder.Load(folder);
        var watch = Stopwatch.StartNew();
        var count = 0;
        await foreach (var _ in model.EmbedAsync(Synopses().Take(texts), TextRole.Document))
            count++;
        using var process = Process.GetCurrentProcess();
        Console.WriteLine(FormattableString.Invariant(
            $"{process.PeakWorkingSet64} {watch.Elapsed.TotalSeconds} {count}"));
    }

    private static async IAsyncEnumerable<string> Synopses()
    {
        // Read again and again: there are fewer than are embedded.
        while (true)
        {
            await foreach (var package in PackageFile.ReadAsync(
                Checkout.Shared("data", "packages.jsonl.gz") ?? PackageFile.Sample))
                yield return package.Synopsis;
        }
    }

    private static async Task<(long Peak, double Seconds)> RunChildAsync(
        string folder, int texts, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(
            "dotnet",
            ["exec", typeof(MemoryBench).Assembly.Location, ChildArgument, folder,
                texts.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        var parts = output.Trim().Split(' ');
        if (process.ExitCode != 0 || parts.Length != 3 || parts[2] != $"{texts}")
            throw new PgEmbedException($"Expected {texts} texts to be embedded, the process said '{output}'.");
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
