using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Npgsql;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Search;

/// <summary>
/// A PgBouncer of a test's own before one database, in transaction mode, on a Unix socket in a temporary folder. It knows the
/// server's password, so nobody else may enter the folder.
/// </summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private const int Port = 6432;

    private readonly Process _process;
    private readonly string _folder;

    private PgBouncer(Process process, string folder, string database)
    {
        _process = process;
        _folder = folder;
        ConnectionString = new NpgsqlConnectionStringBuilder
        {
            Host = folder,
            Port = Port,
            Database = database,
            Username = "anyone",
        }.ConnectionString;
    }

    /// <summary>The program: the system's, or the one that tools/setup has fetched; null where there is none.</summary>
    public static string? Program { get; } =
        ((string[])["/usr/sbin", "/usr/bin", "/opt/homebrew/bin", "/usr/local/bin",
            Path.Combine(Repository.Root, "artifacts", "native", "pgbouncer", "usr", "sbin")])
        .Select(folder => Path.Combine(folder, "pgbouncer")).FirstOrDefault(File.Exists);

    /// <summary>A connection string for its database.</summary>
    public string ConnectionString { get; }

    /// <summary>Starts one, and waits until it takes connections.</summary>
    /// <param name="server">The database that it stands before.</param>
    /// <param name="poolSize">How many connections to the server it keeps.</param>
    public static async Task<PgBouncer> StartAsync(NpgsqlConnectionStringBuilder server, int poolSize)
    {
        if (Program is null)
            throw new PgEmbedException("Expected the program pgbouncer, found none.", "Run tools/setup --for-tests.");
        var folder = Directory.CreateTempSubdirectory("pgembed-bouncer-").FullName;
        var settings = Path.Combine(folder, "pgbouncer.ini");
        await File.WriteAllTextAsync(
            settings,
            $"""
            [databases]
            {server.Database} = host={server.Host} port={server.Port} user={server.Username} password={Quote(server.Password)}
            [pgbouncer]
            unix_socket_dir = {folder}
            listen_port = {Port}
            auth_type = any
            pool_mode = transaction
            default_pool_size = {poolSize}
            """);
        string[] arguments = [settings];
        if (Environment.IsPrivilegedProcess)
        {
            // It refuses to run as root; the cluster's account may enter the folder of the server's socket, too.
            var owned = await Subprocess.RunAsync("chown", ["-R", "postgres", folder]);
            Assert.True(owned.ExitCode == 0, owned.Message);
            arguments = ["-u", "postgres", settings];
        }

        var process = Process.Start(new ProcessStartInfo(Program, arguments) { RedirectStandardError = true })!;
        var bouncer = new PgBouncer(process, folder, server.Database!);
        try
        {
            await bouncer.UntilReadyAsync();
            return bouncer;
        }
        catch
        {
            await bouncer.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Quote(string? value) => $"'{value?.Replace("'", "''", StringComparison.Ordinal)}'";

    private async Task UntilReadyAsync()
    {
        var said = new StringBuilder();
        _process.ErrorDataReceived += (_, line) => said.AppendLine(line.Data);
        _process.BeginErrorReadLine();
        var end = new UnixDomainSocketEndPoint(Path.Combine(_folder, $".s.PGSQL.{Port}"));
        for (var tries = 0; tries < 200 && !_process.HasExited; tries++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(end);
                return;
            }
            catch (SocketException)
            {
                await Task.Delay(50);
            }
        }

        throw new PgEmbedException($"Expected PgBouncer to take connections, it said: {said}");
    }
}
