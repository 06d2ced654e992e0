using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace PgEmbed.Postgres.Sql;

/// <summary>
/// Runs short DDL without making others queue behind it. A statement that waits for a strong lock makes everyone wait
/// who comes after it, so each attempt gives up after a short lock_timeout, lets the queue pass, and tries again after a
/// pause. Pauses grow and are drawn at random, so that two sessions don't meet again and again. Only SQLSTATE 55P03 (the
/// lock was not to be had) is tried again: any other error would come again.
/// </summary>
internal sealed record ShortDdl
{
    /// <summary>How long one attempt waits for a lock.</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How long to try altogether.</summary>
    public TimeSpan GiveUpAfter { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Told of each attempt that didn't get its lock.</summary>
    public Action<int>? OnRetry { get; init; }

    /// <summary>Runs statements in one transaction.</summary>
    /// <param name="connection">A connection without a transaction.</param>
    /// <param name="statements">The statements.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">The lock was not to be had in all that time.</exception>
    public Task RunAsync(
        NpgsqlConnection connection, IReadOnlyList<string> statements, CancellationToken cancellationToken) =>
        RunAsync(
            connection,
            async token =>
            {
                foreach (var statement in statements)
                    await connection.ExecuteAsync(statement, [], token).ConfigureAwait(false);
                return true;
            },
            string.Join("; ", statements),
            cancellationToken);

    /// <summary>Runs work in one transaction, over again where a lock was not to be had.</summary>
    /// <param name="connection">A connection without a transaction.</param>
    /// <param name="work">The work; it must be free to run again.</param>
    /// <param name="what">The work in words, for the message.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">The lock was not to be had in all that time.</exception>
    public async Task<T> RunAsync<T>(
        NpgsqlConnection connection,
        Func<CancellationToken, Task<T>> work,
        string what,
        CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
                await using (transaction.ConfigureAwait(false))
                {
                    await connection.ExecuteAsync(
                        "SELECT set_config('lock_timeout', $1, true)",
                        [((int)LockTimeout.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)],
                        cancellationToken).ConfigureAwait(false);
                    var result = await work(cancellationToken).ConfigureAwait(false);
                    await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
                    return result;
                }
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
            {
                if (watch.Elapsed > GiveUpAfter)
                    throw new PgEmbedException(
                        $"Expected to get a lock for: {what}. It was held by others in all of {attempt} attempts within "
                        + $"{watch.Elapsed.TotalSeconds:0} s.",
                        "Nothing was changed. End the transactions that hold it, or try again later.",
                        e);
                OnRetry?.Invoke(attempt);
                await Task.Delay(Pause(attempt), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>The pause after an attempt: from half to all of 0.2 s, 0.4 s, 0.8 s … 5 s.</summary>
    internal static TimeSpan Pause(int attempt)
    {
        var longest = Math.Min(5_000, 100 * Math.Pow(2, Math.Min(attempt, 10)));
#pragma warning disable CA5394 // No secret: it only keeps two sessions apart.
        return TimeSpan.FromMilliseconds(longest * (0.5 + (Random.Shared.NextDouble() / 2)));
#pragma warning restore CA5394
    }
}
