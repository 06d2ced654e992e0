using System.Diagnostics;
using System.Text.Json;

namespace PgEmbed.Benchmarks;

/// <summary>transformers.js on the same machine and model, installed from the npm registry into the artifacts folder.</summary>
internal static class TransformersPeer
{
    private const string Package = "@huggingface/transformers@4";
    private const int Batch = 32;

    /// <summary>Seconds for each set of texts, or null where node or the package is not to be had; says why.</summary>
    public static async Task<Result?> RunAsync(
        string model, IReadOnlyDictionary<string, List<string>> sets, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(Checkout.Root, "artifacts", "bench-node");
        try
        {
            if (!Directory.Exists(Path.Combine(folder, "node_modules", "@huggingface", "transformers")))
            {
                Directory.CreateDirectory(folder);
                await File.WriteAllTextAsync(Path.Combine(folder, "package.json"), "{}", cancellationToken);
                await Console.Error.WriteLineAsync($"bench: installing {Package}…");
                await RunAsync(
                    "npm",
                    ["install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", folder, Package],
                    "",
                    cancellationToken);
            }

            var script = Path.Combine(AppContext.BaseDirectory, "transformers.mjs");
            var input = JsonSerializer.Serialize(new { modules = folder, model, batch = Batch, sets });
            var output = await RunAsync("node", [script], input, cancellationToken);
            return JsonSerializer.Deserialize<Result>(output, JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or PgEmbedException)
        {
            await Console.Error.WriteLineAsync($"bench: not compared with transformers.js: {e.Message}");
            return null;
        }
    }

    private static async Task<string> RunAsync(
        string program, IEnumerable<string> arguments, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output
            : throw new PgEmbedException($"{program} ended with exit code {process.ExitCode}.");
    }

    /// <summary>What the peer took, and the first text's vector to see that it is the same model.</summary>
    internal sealed record Result(Dictionary<string, double> Seconds, float[] First);
}
