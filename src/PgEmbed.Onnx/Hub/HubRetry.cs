namespace PgEmbed.Onnx.Hub;

/// <summary>
/// Repeats what failed in a way that may pass, each time after twice the wait, or after the time that the hub asks for.
/// Failures are counted from the last attempt that brought something, so a slow line can break any number of times.
/// </summary>
internal sealed class HubRetry
{
    // Less than this is not something: a hub that gives a byte at a time would never be given up.
    private const long SomeBytes = 1 << 20;

    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestAskedDelay = TimeSpan.FromMinutes(2);

    private readonly HubOptions _options;
    private readonly Action<string> _notice;

    public HubRetry(HubOptions options, Action<string> notice)
    {
        _options = options;
        _notice = notice;
    }

    /// <summary>Runs an attempt until it succeeds.</summary>
    /// <param name="attempt">The attempt.</param>
    /// <param name="bytes">How many bytes are there; null for what has no parts.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">It failed for good, or too often.</exception>
    public async Task<T> RunAsync<T>(
        Func<Task<T>> attempt, Func<long>? bytes, CancellationToken cancellationToken)
    {
        var failures = 0;
        var before = bytes?.Invoke() ?? 0;
        while (true)
        {
            try
            {
                return await attempt().ConfigureAwait(false);
            }
            catch (HubTransientException e)
            {
                var after = bytes?.Invoke() ?? 0;
                failures = after - before >= SomeBytes ? 1 : failures + 1;
                before = after;
                var delay = Delay(failures, e.RetryAfter);
                if (failures > _options.Retries || delay > LongestAskedDelay)
                    throw new PgEmbedException(
                        $"{e.Message} "
                        + (failures > _options.Retries
                            ? $"Given up after {failures} attempts."
                            : $"It asks to wait for {delay.TotalSeconds:0} seconds."),
                        "Run it again later: it goes on where it stopped.",
                        e);
                _notice($"{e.Message} Again in {delay.TotalSeconds:0.#} seconds.");
                await Task.Delay(delay, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private TimeSpan Delay(int failures, TimeSpan? asked)
    {
        if (asked is not null)
            return asked.Value;
        var jitter = 0.75 + (Random.Shared.NextDouble() / 2);
        var delay = _options.RetryDelay * Math.Pow(2, Math.Min(failures - 1, 20)) * jitter;
        return delay < LongestDelay ? delay : LongestDelay;
    }
}
