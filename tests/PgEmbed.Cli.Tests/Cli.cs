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

    public static Task<CliResult> RunAsync(TestDatabase database, params string[] args) =>
        RunAsync([.. args, "--connection", database.ConnectionString]);
}
