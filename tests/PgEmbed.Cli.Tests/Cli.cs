using System.Diagnostics;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

/// <summary>Runs the command in this process, against a database of the test's own.</summary>
internal static class Cli
{
    public static async Task<CliResult> RunAsync(params string[] args) => await RunAsync("", args);

    public static async Task<CliResult> RunAsync(string input, string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await PgEmbedCommand.RunAsync(args, new StringReader(input), output, error, CancellationToken.None);
        return new CliResult(code, output.ToString(), error.ToString());
    }

    /// <summary>Starts the command as a process of its own, with its streams redirected.</summary>
    public static Process Start(params IEnumerable<string> args) => Process.Start(
        new ProcessStartInfo("dotnet", ["exec", typeof(PgEmbedCommand).Assembly.Location, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;

    public static Task<CliResult> RunAsync(TestDatabase database, params string[] args) =>
        RunAsync([.. args, "--connection", database.ConnectionString]);
}
