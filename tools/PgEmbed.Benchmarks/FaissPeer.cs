using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace PgEmbed.Benchmarks;

/// <summary>Faiss on the same vectors and machine: Debian's python3-faiss, for the system's own Python.</summary>
internal static class FaissPeer
{
    /// <summary>How many vectors are encoded to see how quick it is.</summary>
    public const int Encoded = 10_000;

    // Debian's packages are for Debian's Python, which may not be the first on the path.
    private static readonly string[] Pythons = ["/usr/bin/python3", "python3"];

    /// <summary>What Faiss reaches, or null where it is not installed; says why.</summary>
    /// <param name="sample">What it is fitted on, of length 1.</param>
    /// <param name="data">What is searched.</param>
    /// <param name="indexes">By the names of its index factory.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<Result?> RunAsync(
        VectorBlock sample, CodecBenchData data, IReadOnlyList<string> indexes, CancellationToken cancellationToken)
    {
        var python = Array.Find(Pythons, name => name == "python3" || File.Exists(name))!;
        var folder = Directory.CreateTempSubdirectory("pgembed-faiss-").FullName;
        try
        {
            async Task<string> WriteAsync<T>(string name, ReadOnlyMemory<T> values)
                where T : struct
            {
                var path = Path.Combine(folder, name);
                await File.WriteAllBytesAsync(path, MemoryMarshal.AsBytes(values.Span).ToArray(), cancellationToken);
                return path;
            }

            var task = JsonSerializer.Serialize(new
            {
                dimensions = sample.Dimensions,
                sample = await WriteAsync("sample", sample.Values),
                documents = await WriteAsync("documents", data.Documents.Values),
                queries = await WriteAsync("queries", data.Queries.Values),
                nearest = await WriteAsync<int>("nearest", data.Nearest.SelectMany(places => places).ToArray()),
                encode = Encoded,
                threads = Environment.ProcessorCount,
                indexes,
            });
            await Console.Error.WriteLineAsync("bench: Faiss…");
            return JsonSerializer.Deserialize<Result>(
                await RunAsync(python, task, cancellationToken), JsonSerializerOptions.Web);
        }
        catch (Exception e) when (e is Win32Exception or PgEmbedException)
        {
            await Console.Error.WriteLineAsync($"bench: not compared with Faiss: {e.Message}");
            return null;
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string python, string input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(python, [Path.Combine(AppContext.BaseDirectory, "faiss_peer.py")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0 ? output : throw new PgEmbedException((await errors).Trim());
    }

    /// <summary>What it reached.</summary>
    /// <param name="Version">Faiss's version.</param>
    /// <param name="EncodedPerSecond">Vectors that one core codes in a second, by scalar quantizer.</param>
    /// <param name="Recall">Recall@10 by the codes alone, by index.</param>
    internal sealed record Result(
        string Version, Dictionary<string, double> EncodedPerSecond, Dictionary<string, double> Recall);
}
