using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Cluster;

/// <summary>
/// A private PostgreSQL cluster: found programs, a folder of its own, a server started on demand that outlives its
/// starter, reached through a socket that the user alone can enter and on a free port of the loopback interface.
/// </summary>
/// <remarks>
/// Whatever changes the cluster holds its lock, so processes that start it at once end with one server. Where there is
/// a server, its postmaster.pid alone says how to reach it. Safe for concurrent use, by processes too.
/// </remarks>
public sealed class LocalCluster
{
    private const int PortAttempts = 5;
    private const int LogKept = 10 << 20;
    private static readonly TimeSpan StopTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly LocalClusterOptions _options;
    private readonly ClusterFolder _folder;
    private readonly ServerProcesses _processes;

    private LocalCluster(LocalClusterOptions options)
    {
        var account = Environment.IsPrivilegedProcess ? options.Account ?? "postgres" : null;
        _options = options;
        _folder = new ClusterFolder(Path.GetFullPath(options.Directory ?? ClusterFolder.Default()), account);
        _processes = new ServerProcesses(_folder.Data, account);
    }

    /// <summary>The cluster's folder.</summary>
    public string Directory => _folder.Path;

    /// <summary>Names a cluster; nothing is looked for, made or started.</summary>
    /// <param name="options">Where the cluster lies and how it runs; null for the defaults.</param>
    /// <exception cref="PgEmbedException">The options are invalid, or the user has no data folder.</exception>
    public static LocalCluster Open(LocalClusterOptions? options = null)
    {
        if (OperatingSystem.IsWindows())
            throw new PgEmbedException(
                "A private PostgreSQL cluster runs on Linux and macOS, not on Windows.",
                "Name a server with --connection or PGEMBED_CONNECTION.");
        options ??= new LocalClusterOptions();
        options.Validate();
        return new LocalCluster(options);
    }

    /// <summary>Sees to it that the server takes connections, making the cluster where there is none.</summary>
    /// <exception cref="PgEmbedException">PostgreSQL is missing, or the server does not start, and why.</exception>
    public async Task EnsureStartedAsync(CancellationToken cancellationToken = default)
    {
        if (await _processes.FindServerAsync(cancellationToken).ConfigureAwait(false) is { IsReady: true })
            return;
        // Before the folder is made, so that nothing is left where PostgreSQL is missing.
        var postgres = await FindPostgresAsync(cancellationToken).ConfigureAwait(false);
        using var held = await LockAsync(_folder.Claim, cancellationToken).ConfigureAwait(false);
        if (await WaitForServerAsync(cancellationToken).ConfigureAwait(false))
            return;
        if (!_folder.HasData)
            await ClusterInitializer.CreateAsync(_folder, postgres, cancellationToken).ConfigureAwait(false);
        await _processes.EndOrphansAsync(cancellationToken).ConfigureAwait(false);
        ClearAway();
        await StartAsync(postgres, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the server, ending its sessions; nothing happens where none runs.</summary>
    /// <exception cref="PgEmbedException">The server does not stop.</exception>
    public async Task StopAsync(CancellationToken cancellationToken = default)
    {
        using var held = await LockAsync(_folder.Exists, cancellationToken).ConfigureAwait(false);
        if (held is not null)
            await StopServerAsync(NativeMethods.SignalInterrupt, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops the server and deletes the cluster with all data; nothing happens where there is none.</summary>
    /// <exception cref="PgEmbedException">The folder is not a private cluster, or can't be removed.</exception>
    public async Task DestroyAsync(CancellationToken cancellationToken = default)
    {
        using var held = await LockAsync(_folder.Exists, cancellationToken).ConfigureAwait(false);
        if (held is null)
            return;
        await StopServerAsync(NativeMethods.SignalQuit, cancellationToken).ConfigureAwait(false);
        if (_folder.HasData)
            await _processes.EndOrphansAsync(cancellationToken).ConfigureAwait(false);
        _folder.Delete();
    }

    /// <summary>Says what the cluster is doing; changes nothing.</summary>
    public async Task<LocalClusterStatus> GetStatusAsync(CancellationToken cancellationToken = default)
    {
        var server = await _processes.FindServerAsync(cancellationToken).ConfigureAwait(false);
        var version = _folder.DataVersion;
        if (server is { IsReady: true })
            version = await AskVersionAsync(cancellationToken).ConfigureAwait(false);
        var state = server switch
        {
            { IsReady: true } => LocalClusterState.Running,
            not null => LocalClusterState.Busy,
            null => version is null ? LocalClusterState.Absent : LocalClusterState.Stopped,
        };
        return new LocalClusterStatus(
            state,
            Directory,
            _folder.Data,
            version,
            server?.ProcessId,
            server?.Port,
            server?.SocketDirectory,
            _folder.Bytes());
    }

    /// <summary>The Npgsql connection string of a database, the password in it.</summary>
    /// <exception cref="PgEmbedException">The server is not running.</exception>
    public string ConnectionString(string database) => Connection(database).ConnectionString;

    /// <summary>A database of the cluster, there or not.</summary>
    /// <exception cref="PgEmbedException">The server is not running.</exception>
    public ServerConnection Connection(string database)
    {
        var server = PostmasterFile.Read(_folder.Data);
        if (server is not { IsReady: true })
            throw new PgEmbedException($"The private cluster in {Directory} is not running.", "Start it first.");
        var socket = Path.Combine(server.SocketDirectory, $".s.PGSQL.{server.Port}");
        var builder = new NpgsqlConnectionStringBuilder
        {
            // A socket in the temporary folder can fall to a cleaner.
            Host = File.Exists(socket) ? server.SocketDirectory : "127.0.0.1",
            Port = server.Port,
            Username = ClusterInitializer.Superuser,
            Password = File.ReadAllText(_folder.PasswordFile).TrimEnd().Split(':')[^1],
            Passfile = _folder.PasswordFile,
            Database = database,
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
        };
        return new ServerConnection(ConnectionSource.LocalCluster, builder);
    }

    /// <summary>Makes a database unless it is there; its name is taken as it is, capitals and quotes too.</summary>
    /// <exception cref="PgEmbedException">The server is not running, or the name is none.</exception>
    public async Task EnsureDatabaseAsync(string database, CancellationToken cancellationToken = default)
    {
        var name = SqlName.Quote(database);
        var connection = await Connection("postgres").OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        using var find = new NpgsqlCommand("SELECT 1 FROM pg_database WHERE datname = $1", connection);
        find.Parameters.Add(new NpgsqlParameter { Value = database });
        if (await find.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is not null)
            return;
        using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        try
        {
            await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException e)
            when (e.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process made it since we looked.
        }
    }

    /// <summary>How to run psql against a database of this cluster.</summary>
    /// <exception cref="PgEmbedException">The server is not running, or PostgreSQL's programs are missing.</exception>
    public async Task<PsqlCommand> GetPsqlCommandAsync(string database, CancellationToken cancellationToken = default)
    {
        var connection = Connection(database);
        var postgres = await FindPostgresAsync(cancellationToken).ConfigureAwait(false);
        var psql = postgres.Program("psql");
        return connection.ToPsqlCommand(File.Exists(psql) ? psql : "psql");
    }

    private Task<FileStream?> LockAsync(Func<bool> prepare, CancellationToken cancellationToken) =>
        ClusterLock.TakeAsync(_folder.Lock, prepare, _options.StartTimeout, cancellationToken);

    private Task<PostgresInstallation> FindPostgresAsync(CancellationToken cancellationToken)
    {
        int? major = _folder.DataVersion is { } version ? int.Parse(version, CultureInfo.InvariantCulture) : null;
        return PostgresInstallation.FindAsync(_options.BinDirectory, major, cancellationToken);
    }

    /// <summary>Waits while a server that is there starts or stops; whether it takes connections then.</summary>
    private async Task<bool> WaitForServerAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        while (await _processes.FindServerAsync(cancellationToken).ConfigureAwait(false) is { } server)
        {
            if (server.IsReady)
                return true;
            if (clock.Elapsed > _options.StartTimeout)
                throw NotReady(position: 0);
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }

        return false;
    }

    private async Task StartAsync(PostgresInstallation postgres, CancellationToken cancellationToken)
    {
        var socket = await SocketFolder.ChooseAsync(_folder, cancellationToken).ConfigureAwait(false);
        if (_folder.LogLength() > LogKept)
            File.Move(_folder.Log, _folder.Log + ".1", overwrite: true);
        var seconds = _options.StartTimeout.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture);
        for (var attempt = 1; ; attempt++)
        {
            var port = ServerSettings.ChoosePort(_folder.Settings);
            ServerSettings.Write(_folder.Settings, port, socket, _options.Settings);
            var position = _folder.LogLength();
            // pg_ctl puts these paths into a shell's command line: relative ones have nothing that needs quoting.
            var result = await Subprocess.RunAsync(
                postgres.Program("pg_ctl"),
                ["start", "-D", "data", "-l", "log/server.log", "-w", "-t", seconds],
                _folder.Account,
                _folder.Path,
                cancellationToken).ConfigureAwait(false);
            if (result.ExitCode == 0)
                return;
            if (await _processes.FindServerAsync(cancellationToken).ConfigureAwait(false) is not null)
                throw NotReady(position);
            // Another program may have taken the port between the choice and the start.
            if (attempt < PortAttempts && !ServerSettings.IsFree(port))
                continue;
            SocketFolder.Clear(_folder, socket);
            throw new PgEmbedException(
                $"The private PostgreSQL server in {Directory} did not start: {result.Message}\n"
                + _folder.LogSince(position));
        }
    }

    private PgEmbedException NotReady(long position) =>
        new(
            $"The private PostgreSQL server in {Directory} is there, but takes no connections after "
            + $"{_options.StartTimeout}:\n{_folder.LogSince(position)}\n",
            "It may still be recovering: try again later.");

    private async Task StopServerAsync(int signal, CancellationToken cancellationToken)
    {
        if (await _processes.FindServerAsync(cancellationToken).ConfigureAwait(false) is not { } server)
            return;
        NativeMethods.Signal(server.ProcessId, signal);
        var clock = Stopwatch.StartNew();
        while (await _processes.FindServerAsync(cancellationToken).ConfigureAwait(false) is not null)
        {
            if (clock.Elapsed > StopTime)
                throw new PgEmbedException(
                    $"The private PostgreSQL server in {Directory} did not stop within {StopTime}.",
                    $"End its process {server.ProcessId} with 'kill -QUIT'; the next start recovers.");
            await Task.Delay(Pause, cancellationToken).ConfigureAwait(false);
        }

        SocketFolder.Clear(_folder, server.SocketDirectory);
    }

    /// <summary>
    /// Removes what a killed server left. PostgreSQL would refuse to start if its process id had meanwhile gone to
    /// another process of this user, or if that is a zombie.
    /// </summary>
    private void ClearAway()
    {
        SocketFolder.Clear(_folder, _folder.Socket);
        if (PostmasterFile.Read(_folder.Data) is { } killed)
            SocketFolder.Clear(_folder, killed.SocketDirectory);
        File.Delete(Path.Combine(_folder.Data, PostmasterFile.Name));
    }

    private async Task<string> AskVersionAsync(CancellationToken cancellationToken)
    {
        var connection = await Connection("postgres").OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        // Packagers append their own to it: '15.14 (Debian 15.14-0)'.
        return connection.ServerVersion.Split(' ')[0];
    }
}
