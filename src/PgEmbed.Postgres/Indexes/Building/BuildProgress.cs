using System.Diagnostics;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// Tells how far a build is, from pg_stat_progress_create_index, asked on a connection of its own. Progress is a service:
/// where it can't be asked, the build goes on without.
/// </summary>
internal sealed class BuildProgress(
    NpgsqlDataSource dataSource, IndexBuildPlan plan, IProgress<IndexBuildProgress>? progress)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly RemainingTime _remaining = new();
    private readonly IndexBuildStep[] _steps = [.. plan.Steps.Where(step => !step.Exists)];
    private int _step;
    private long _rowsBefore;

    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>Reports a message.</summary>
    public void Say(string message) => progress?.Report(Report("") with { Message = message });

    /// <summary>Reports that something else than a build is being done.</summary>
    public void Enter(string phase) => progress?.Report(Report(phase));

    /// <summary>Runs a step while its progress is reported.</summary>
    public async Task RunAsync(int processId, IndexBuildStep step, Func<Task> build)
    {
        _step = Array.IndexOf(_steps, step);
        using var stop = new CancellationTokenSource();
        var polling = progress is null ? Task.CompletedTask : PollAsync(processId, stop.Token);
        try
        {
            await build().ConfigureAwait(false);
            _rowsBefore += step.Rows;
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await polling.ConfigureAwait(false);
        }
    }

    private async Task PollAsync(int processId, CancellationToken cancellationToken)
    {
        try
        {
            var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
            await using (connection.ConfigureAwait(false))
            {
                while (true)
                {
                    await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
                    if (await ReadAsync(connection, processId, cancellationToken).ConfigureAwait(false) is { } report)
                        progress!.Report(report);
                }
            }
        }
        catch (Exception e) when (e is OperationCanceledException or NpgsqlException)
        {
            Debug.WriteLine(e.Message);
        }
    }

    private async Task<IndexBuildProgress?> ReadAsync(
        NpgsqlConnection connection, int processId, CancellationToken cancellationToken)
    {
        string phase;
        long tuples;
        int? locker;
        var command = connection.Command(
            """
            SELECT phase, tuples_done, NULLIF(current_locker_pid, 0)::integer
            FROM pg_catalog.pg_stat_progress_create_index WHERE pid = $1
            """,
            processId);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    return null;
                phase = reader.GetString(0);
                tuples = reader.GetInt64(1);
                locker = reader.IsDBNull(2) ? null : reader.GetInt32(2);
            }
        }

        var step = _steps[_step];
        var loading = phase.StartsWith("building index", StringComparison.Ordinal);
        // After the load, tuples are counted anew for the validation.
        var before = phase.StartsWith("wait", StringComparison.Ordinal) && tuples == 0 || phase == "initializing";
        var rows = _rowsBefore + (loading ? Math.Min(tuples, step.Rows) : before ? 0 : step.Rows);
        var report = Report(phase);
        return report with
        {
            Rows = rows,
            Remaining = loading ? _remaining.Note(_watch.Elapsed, rows, report.TotalRows) : null,
            WaitsFor = locker is null
                ? []
                : [.. (await BlockingTransactions.ReadAsync(connection, step.Table, cancellationToken).ConfigureAwait(false))
                    .Where(t => t.ProcessId == locker)],
        };
    }

    private IndexBuildProgress Report(string phase) => new()
    {
        Table = _steps.Length == 0 ? plan.Target.TableSql : _steps[_step].Table,
        Step = _step + 1,
        Steps = Math.Max(1, _steps.Length),
        Phase = phase,
        Rows = _rowsBefore,
        TotalRows = _steps.Sum(step => step.Rows),
        Elapsed = _watch.Elapsed,
    };
}
