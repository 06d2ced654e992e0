using System.Diagnostics;
using System.Runtime.InteropServices;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Benchmarks;

/// <summary>What a bench ran on.</summary>
internal sealed record Machine(
    string Cpu,
    int Cores,
    long Memory,
    string Os,
    string Dotnet,
    string? Postgres,
    string? Pgvector,
    string Onnxruntime)
{
    public static Machine This(string? postgres = null, string? pgvector = null) => new(
        CpuName(),
        Environment.ProcessorCount,
        GC.GetGCMemoryInfo().TotalAvailableMemoryBytes,
        RuntimeInformation.OSDescription,
        Environment.Version.ToString(),
        postgres,
        pgvector,
        OnnxRuntimeLibrary.Version);

    /// <summary>The commit that is checked out, with a mark where files were changed since; empty outside git.</summary>
    public static string Commit()
    {
        var start = new ProcessStartInfo("git", ["describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var git = Process.Start(start)!;
            var commit = git.StandardOutput.ReadToEnd().Trim();
            git.WaitForExit();
            return git.ExitCode == 0 ? commit : "";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "";
        }
    }

    private static string CpuName()
    {
        const string file = "/proc/cpuinfo";
        var line = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))
            : null;
        return line?[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()
            ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
