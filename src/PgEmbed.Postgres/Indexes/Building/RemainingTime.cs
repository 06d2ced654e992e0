namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// How long a build will still take. Each vector costs more than the one before, and much more once the graph no longer
/// fits in memory, so the rate of the last half of the time counts, not that of all of it. There is no estimate before
/// both some time has passed and some share is done: until then it would jump about.
/// </summary>
internal sealed class RemainingTime
{
    private static readonly TimeSpan LeastTime = TimeSpan.FromSeconds(3);
    private const double LeastShare = 0.03;

    private readonly List<(TimeSpan At, double Done)> _seen = [];

    /// <summary>Notes how far it is, and estimates.</summary>
    /// <param name="at">Time since any beginning; never less than before.</param>
    /// <param name="done">Rows done.</param>
    /// <param name="total">Rows in all.</param>
    /// <returns>The time that is left; null while it would be a guess.</returns>
    public TimeSpan? Note(TimeSpan at, double done, double total)
    {
        if (done <= 0 || total <= 0)
            return null;
        if (_seen.Count == 0 || done > _seen[^1].Done)
            _seen.Add((at, done));
        var first = _seen[0];
        if (done >= total)
            return TimeSpan.Zero;
        if (at - first.At < LeastTime || (done - first.Done) / total < LeastShare)
            return null;
        var middle = _seen.Last(s => s.At - first.At <= (at - first.At) / 2);
        var rate = (done - middle.Done) / (at - middle.At).TotalSeconds;
        return rate > 0 ? TimeSpan.FromSeconds((total - done) / rate) : null;
    }
}
