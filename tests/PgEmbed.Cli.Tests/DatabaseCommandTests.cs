using System.Diagnostics;
using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

/// <summary>The private cluster by the command, each call a process of its own as a user's is.</summary>
public sealed class DatabaseCommandTests
{
    [Fact]
    public async Task A_cluster_is_started_asked_killed_found_again_with_its_data_stopped_and_destroyed()
    {
        var folder = TestRun.NewClusterDirectory("cli");

        Assert.Equal("absent", await StateAsync(folder));
        var refused = await RunAsync(folder, "db", "psql", "--connection", "nonsense=1", "--", "-c", "SELECT 1");
        Assert.Equal(1, refused.Code);

        var started = await RunAsync(folder, "db", "start");
        Assert.True(started.Code == 0, started.Error);
        Assert.StartsWith("postgresql://", started.Output, StringComparison.Ordinal);
        Assert.Equal("running", await StateAsync(folder));
        await RunAsync(folder, "db", "psql", "--", "-qc", "CREATE TABLE kept AS SELECT 42 AS answer");

        using (var status = JsonDocument.Parse((await RunAsync(folder, "db", "status", "--json")).Output))
            Process.GetProcessById(status.RootElement.GetProperty("process_id").GetInt32()).Kill();
        var asked = await RunAsync(folder, "db", "psql", "--", "-Atc", "SELECT answer FROM kept");
        Assert.Equal("42", asked.Output.Trim());
        var wrong = await RunAsync(folder, "db", "psql", "--", "-Atc", "SELECT nonsense");
        Assert.NotEqual(0, wrong.Code);

        var password = await RunAsync(folder, "db", "url", "--password");
        var plain = await RunAsync(folder, "db", "url");
        Assert.NotEqual(password.Output, plain.Output);
        Assert.Equal(0, (await RunAsync(folder, "schema", "up")).Code);

        Assert.Equal(0, (await RunAsync(folder, "db", "stop")).Code);
        Assert.Equal("stopped", await StateAsync(folder));
        Assert.Equal(2, (await RunAsync(folder, "db", "destroy")).Code);
        Assert.Equal("stopped", await StateAsync(folder));
        Assert.Equal(0, (await RunAsync(folder, "db", "destroy", "--yes")).Code);
        Assert.False(Directory.Exists(folder));
    }

    private static async Task<string> StateAsync(string folder)
    {
        using var status = JsonDocument.Parse((await RunAsync(folder, "db", "status", "--json")).Output);
        return status.RootElement.GetProperty("state").GetString()!;
    }

    private static async Task<CliResult> RunAsync(string folder, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(PgEmbedCommand).Assembly.Location, .. args])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["PGEMBED_CLUSTER"] = folder;
        foreach (var variable in (string[])["PGEMBED_CONNECTION", "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER"])
            start.Environment.Remove(variable);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        // A server that held the pipes open would keep these from ending.
        var results = await Task.WhenAll(output, error).WaitAsync(TimeSpan.FromMinutes(3));
        await process.WaitForExitAsync();
        return new CliResult(process.ExitCode, results[0], results[1]);
    }
}
