namespace PgEmbed.Generators;

/// <summary>
/// Spaces things out evenly: each waits until what was let through before it is paid off at so many a minute. The first
/// after a pause waits for nothing, so at most a minute's allowance and one more pass in any minute. Safe to use from
/// many threads, which are served in the order they come.
/// </summary>
internal sealed class RateLimit
{
    private readonly Lock _lock = new();
    private readonly double _ticksEach;
    private readonly TimeProvider _time;
    private readonly long _start;
    private long _freeAt;

    public RateLimit(int perMinute, TimeProvider time)
    {
        _ticksEach = (double)TimeSpan.TicksPerMinute / perMinute;
        _time = time;
        _start = time.GetTimestamp();
    }

    /// <summary>Waits for so many to be let through. Where the wait is cancelled, they count all the same.</summary>
    public async Task WaitAsync(long count, CancellationToken cancellationToken)
    {
        var wait = Reserve(count);
        if (wait > TimeSpan.Zero)
            await Task.Delay(wait, _time, cancellationToken).ConfigureAwait(false);
    }

    private TimeSpan Reserve(long count)
    {
        lock (_lock)
        {
            var now = _time.GetElapsedTime(_start).Ticks;
            var turn = Math.Max(now, _freeAt);
            _freeAt = turn + (long)(count * _ticksEach);
            return TimeSpan.FromTicks(turn - now);
        }
    }
}
