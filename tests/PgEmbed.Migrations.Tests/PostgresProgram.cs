using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

/// <summary>Runs PostgreSQL's client programs, of the version that the server has, on a test's database.</summary>
internal static class PostgresProgram
{
    /// <summary>Runs psql without its start-up file; output and errors come in the order they were written.</summary>
    /// <param name="database">Where it connects to.</param>
    /// <param name="input">What it reads.</param>
    /// <param name="arguments">Its arguments.</param>
    public static Task<(int ExitCode, string Output)> PsqlAsync(
        TestDatabase database, string input, params string[] arguments) =>
        RunAsync("psql", database, input, ["-X", .. arguments]);

    /// <summary>What pg_dump writes, without the lines that differ from run to run.</summary>
    public static async Task<string> DumpAsync(TestDatabase database, params string[] arguments)
    {
        var (exitCode, output) = await RunAsync("pg_dump", database, "", arguments);
        Assert.True(exitCode == 0, output);
        return string.Join('\n', output.Split('\n')
            .Where(line => !line.StartsWith(@"\restrict", StringComparison.Ordinal)
                && !line.StartsWith(@"\unrestrict", StringComparison.Ordinal)));
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(
        string program, TestDatabase database, string input, string[] arguments)
    {
        // The server's programs may be reached by links, without the client's beside them.
        var server = (await PostgresInstallation.FindAsync()).Program("postgres");
        var bin = Path.GetDirectoryName(File.ResolveLinkTarget(server, returnFinalTarget: true)?.FullName ?? server)!;
        var connection = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" 2>&1", "sh", Path.Combine(bin, program)])
        {
            Environment =
            {
                ["PGHOST"] = connection.Host,
                ["PGPORT"] = connection.Port.ToString(CultureInfo.InvariantCulture),
                ["PGUSER"] = connection.Username,
                ["PGPASSWORD"] = connection.Password,
                ["PGDATABASE"] = connection.Database,
                ["PGCLIENTENCODING"] = "UTF8",
            },
            WorkingDirectory = Path.Combine(Repository.Root, "tests", "sql"),
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        try
        {
            await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended without reading all: its output says why.
        }

        await process.WaitForExitAsync();
        return (process.ExitCode, await output);
    }
}
