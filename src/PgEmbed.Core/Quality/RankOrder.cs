namespace PgEmbed.Quality;

/// <summary>
/// The order in which trec_eval 9.0 ranks a run: by score, highest first, compared in single precision; equal scores by
/// document id, the later in byte order first. The rank that a run file states is not looked at.
/// </summary>
public sealed class RankOrder : IComparer<RankedDocument>
{
    private RankOrder()
    {
    }

    /// <summary>The order.</summary>
    public static RankOrder Instance { get; } = new();

    /// <inheritdoc/>
    public int Compare(RankedDocument x, RankedDocument y)
    {
        var byScore = ((float)y.Score).CompareTo((float)x.Score);
        return byScore != 0 ? byScore : CompareBytes(y.Id, x.Id);
    }

    // UTF-16 orders as UTF-8 does but for surrogates, which stand for code points above all others.
    private static int CompareBytes(string x, string y)
    {
        var same = x.AsSpan().CommonPrefixLength(y);
        if (same == x.Length || same == y.Length)
            return x.Length.CompareTo(y.Length);
        var (a, b) = (x[same], y[same]);
        return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
    }
}
