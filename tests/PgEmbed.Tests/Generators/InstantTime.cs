using System.Collections.Concurrent;

namespace PgEmbed.Tests.Generators;

/// <summary>
/// A clock on which a wait of up to <see cref="Longest"/> is over at once, and the clock then stands at its end; a longer
/// one never ends. So nothing depends on how fast the machine is.
/// </summary>
internal sealed class InstantTime : TimeProvider
{
    private long _ticks;

    public TimeSpan Longest { get; set; } = TimeSpan.FromSeconds(80);

    /// <summary>Called with a wait that never ends.</summary>
    public Action<TimeSpan> OnEndlessWait { get; set; } = _ => { };

    /// <summary>The waits that were over, in order.</summary>
    public ConcurrentQueue<TimeSpan> Waits { get; } = [];

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(GetTimestamp());

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime >= TimeSpan.Zero && dueTime <= Longest)
        {
            Interlocked.Add(ref _ticks, dueTime.Ticks);
            Waits.Enqueue(dueTime);
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }
        else if (dueTime > TimeSpan.Zero)
        {
            ThreadPool.QueueUserWorkItem(_ => OnEndlessWait(dueTime));
        }

        return new SpentTimer();
    }

    private sealed class SpentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
