using System.Diagnostics;
using System.Runtime.Versioning;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Postgres.Tests.Cluster;

/// <summary>What a running cluster is, shown on one that these tests share.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class RunningClusterTests(RunningCluster running) : IClassFixture<RunningCluster>
{
    private readonly OwnCluster _own = running.Own;

    [Fact]
    public async Task A_cluster_is_durable_checks_its_pages_and_lets_nobody_in_without_the_password()
    {
        Assert.Equal(1, await _own.QueryAsync(
            """
            SELECT (current_setting('fsync') = 'on' AND current_setting('data_checksums') = 'on'
                AND current_setting('server_encoding') = 'UTF8' AND current_setting('listen_addresses') = '127.0.0.1'
                AND NOT EXISTS (SELECT FROM pg_hba_file_rules WHERE auth_method <> 'scram-sha-256'))::int
            """));
        const UnixFileMode OthersBits = (UnixFileMode)0b111_111;
        foreach (var name in (string[])["pgpass", "data", "socket", "log"])
            Assert.Equal(
                UnixFileMode.None, File.GetUnixFileMode(Path.Combine(_own.Local.Directory, name)) & OthersBits);
    }

    [Fact]
    public async Task A_database_is_made_once_under_any_name()
    {
        foreach (var name in (string[])["plain", "It's \"Quoted\"", new string('ü', 31)])
        {
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => _own.Local.EnsureDatabaseAsync(name)));
            await _own.Local.EnsureDatabaseAsync(name);
            await _own.Local.Connection(name).CheckAsync();
        }

        Assert.Equal(6, await _own.QueryAsync("SELECT count(*) FROM pg_database"));
    }

    [Fact]
    public async Task A_name_that_PostgreSQL_would_cut_is_refused()
    {
        foreach (var name in (string[])["", new string('ü', 32), "a\0b"])
            await Assert.ThrowsAsync<PgEmbedException>(() => _own.Local.EnsureDatabaseAsync(name));
    }

    [Fact]
    public async Task Psql_gets_in_by_the_command_and_by_the_printed_uri()
    {
        var command = await _own.Local.GetPsqlCommandAsync("postgres");

        var byCommand = await OutputAsync(command, [.. command.Arguments, "-XAtc", "SELECT 1"]);
        Assert.Equal("1\n", byCommand);

        var uri = _own.Local.Connection("postgres").ToUri();
        var noVariables = command with { Environment = new Dictionary<string, string?>() };
        Assert.Equal("2\n", await OutputAsync(noVariables, [uri, "-XAtc", "SELECT 2"]));
        Assert.DoesNotContain(command.Environment["PGPASSWORD"]!, uri, StringComparison.Ordinal);
    }

    private static async Task<string> OutputAsync(PsqlCommand command, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(command.FileName, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        return await process.StandardOutput.ReadToEndAsync();
    }
}
