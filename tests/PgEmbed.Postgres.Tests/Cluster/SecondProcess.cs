using System.Diagnostics;
using System.Globalization;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Postgres.Tests.Cluster;

/// <summary>
/// This test assembly as a program: <c>dotnet PgEmbed.Postgres.Tests.dll FOLDER</c> starts the cluster in the folder,
/// prints the server's process id and ends.
/// </summary>
internal static class SecondProcess
{
    public static async Task<int> Main(string[] arguments)
    {
        var cluster = LocalCluster.Open(new LocalClusterOptions { Directory = arguments.Single() });
        await cluster.EnsureStartedAsync();
        var status = await cluster.GetStatusAsync();
        Console.WriteLine(status.ProcessId);
        return 0;
    }

    /// <summary>Starts the program by a shell's script, whose arguments are the program's command line.</summary>
    public static Process Start(string directory, string shell = "exec \"$@\"")
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
            ArgumentList =
            {
                "-c", shell, "sh", Environment.ProcessPath!, "exec",
                "--runtimeconfig", Beside(".runtimeconfig.json"), "--depsfile", Beside(".deps.json"), Beside(".dll"),
                directory,
            },
        };
        return Process.Start(start)!;
    }

    /// <summary>The process id that the program printed, read to the end of its stdout.</summary>
    public static async Task<int> ServerAsync(this Process process)
    {
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        await process.WaitForExitAsync();
        Assert.Equal(0, process.ExitCode);
        return int.Parse(output, CultureInfo.InvariantCulture);
    }

    private static string Beside(string ending) =>
        Path.Combine(AppContext.BaseDirectory, typeof(SecondProcess).Assembly.GetName().Name + ending);
}
