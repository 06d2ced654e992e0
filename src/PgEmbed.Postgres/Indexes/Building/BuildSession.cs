using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// The session that builds. It has no time limits: lock_timeout would end the wait for old transactions and with it the
/// whole build. It notices within seconds when its client is gone, so that a killed client's build does not go on unseen.
/// And it holds an advisory lock on the table, so that two clients don't build on it at the same time.
/// </summary>
internal sealed class BuildSession : IAsyncDisposable
{
    // With the table's oid beside it. The number only has to be ours.
    private const int Lock = 7306;

    private static readonly string[] NoLimits =
        ["lock_timeout", "statement_timeout", "idle_session_timeout", "idle_in_transaction_session_timeout"];

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(6);

    private readonly NpgsqlConnection _connection;
    private readonly HashSet<string> _changed = [];

    private BuildSession(NpgsqlConnection connection) => _connection = connection;

    public NpgsqlConnection Connection => _connection;

    /// <summary>Whether the server has said that the graph no longer fits in memory.</summary>
    public bool Spilled { get; private set; }

    /// <summary>Called when it says so.</summary>
    public Action<string>? OnSpill { get; set; }

    /// <exception cref="PgEmbedException">Another session builds on the table.</exception>
    public static async Task<BuildSession> OpenAsync(
        NpgsqlDataSource dataSource, IndexTarget target, CancellationToken cancellationToken)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        var session = new BuildSession(connection);
        try
        {
            await session.PrepareAsync(target, cancellationToken).ConfigureAwait(false);
            return session;
        }
        catch
        {
            await session.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Sets a setting for this session until it is disposed.</summary>
    public async Task SetAsync(string setting, string value, CancellationToken cancellationToken)
    {
        _changed.Add(setting);
        await _connection.ExecuteAsync(
            "SELECT pg_catalog.set_config($1, $2, false)", [setting, value], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Runs a statement without a limit of time.</summary>
    public async Task RunAsync(string statement, CancellationToken cancellationToken)
    {
        var command = _connection.Command(statement);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Runs a step of a plan, with its memory and its workers.</summary>
    public async Task RunStepAsync(IndexBuildStep step, CancellationToken cancellationToken)
    {
        await SetAsync("maintenance_work_mem", Number(step.Memory / 1024) + "kB", cancellationToken)
            .ConfigureAwait(false);
        await SetAsync("max_parallel_maintenance_workers", Number(step.Workers), cancellationToken).ConfigureAwait(false);
        await RunAsync(step.Statement, cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        _connection.Notice -= OnNotice;
        try
        {
            // The connection goes back to a pool, and others must find it as it was.
            foreach (var setting in _changed)
                await _connection.ExecuteAsync($"RESET {setting}", [], CancellationToken.None).ConfigureAwait(false);
            await _connection.ExecuteAsync(
                "SELECT pg_catalog.pg_advisory_unlock_all()", [], CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or InvalidOperationException)
        {
            // It is broken, and the pool will not keep it.
            Debug.WriteLine(e.Message);
        }

        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    private async Task PrepareAsync(IndexTarget target, CancellationToken cancellationToken)
    {
        _connection.Notice += OnNotice;
        // The server takes a moment to notice that a client was killed, so that its lock is still held.
        var watch = Stopwatch.StartNew();
        while (await HolderAsync(target, cancellationToken).ConfigureAwait(false) is { } holder)
        {
            if (watch.Elapsed > Patience)
                throw new PgEmbedException(
                    $"Expected to build on {target.TableSql}, but {holder} is doing so.",
                    "Wait for it, or end it with pg_terminate_backend.");
            await Task.Delay(TimeSpan.FromMilliseconds(500), cancellationToken).ConfigureAwait(false);
        }

        foreach (var setting in NoLimits)
            await SetAsync(setting, "0", cancellationToken).ConfigureAwait(false);
        await SetAsync("client_min_messages", "notice", cancellationToken).ConfigureAwait(false);
        try
        {
            await SetAsync("client_connection_check_interval", "2s", cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException)
        {
            // Some systems can't check; there the server notices when it next writes to the client.
            _changed.Remove("client_connection_check_interval");
        }
    }

    private async Task<string?> HolderAsync(IndexTarget target, CancellationToken cancellationToken)
    {
        var key = $"(({Lock}::bigint << 32) | COALESCE(pg_catalog.to_regclass($1)::pg_catalog.oid::bigint, 0))";
        var command = _connection.Command($"SELECT pg_catalog.pg_try_advisory_lock({key})", target.TableSql);
        await using (command.ConfigureAwait(false))
        {
            if (await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) is true)
                return null;
        }

        var who = _connection.Command(
            $"""
            SELECT 'process ' || l.pid || COALESCE(', connected since ' || a.backend_start::timestamptz(0), '')
            FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
            WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {Lock} AND l.objsubid = 1
              AND l.objid = pg_catalog.to_regclass($1)::pg_catalog.oid
            """,
            target.TableSql);
        await using (who.ConfigureAwait(false))
            return await who.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false) as string ?? "another session";
    }

    private void OnNotice(object sender, NpgsqlNoticeEventArgs e)
    {
        // The only notice that pgvector's build gives; its text may be in any language, its place in the source is not.
        if (!(e.Notice.File?.Contains("hnswbuild", StringComparison.Ordinal) ?? false))
            return;
        Spilled = true;
        OnSpill?.Invoke(e.Notice.MessageText);
    }
}
