namespace PgEmbed.Onnx.Tokenization;

/// <summary>A set of code points, held as ascending ranges that don't touch.</summary>
internal sealed class CodePointSet
{
    public const int MaxCodePoint = 0x10FFFF;

    public static readonly CodePointSet Empty = new([]);

    // Start, end behind it, start, end behind it …: inside a range, a search ends at an odd place.
    private readonly int[] _bounds;

    private CodePointSet(int[] bounds) => _bounds = bounds;

    public static CodePointSet Of(int first, int last) => new([first, last + 1]);

    public static CodePointSet OfRanges(IEnumerable<(int First, int Last)> ranges)
    {
        var bounds = new List<int>();
        foreach (var (first, last) in ranges.OrderBy(r => r.First))
        {
            if (bounds.Count > 0 && first <= bounds[^1])
                bounds[^1] = Math.Max(bounds[^1], last + 1);
            else
                bounds.AddRange([first, last + 1]);
        }

        return new CodePointSet([.. bounds]);
    }

    public static CodePointSet Union(IEnumerable<CodePointSet> sets) => OfRanges(sets.SelectMany(s => s.Ranges()));

    public IEnumerable<(int First, int Last)> Ranges()
    {
        for (var i = 0; i < _bounds.Length; i += 2)
            yield return (_bounds[i], _bounds[i + 1] - 1);
    }

    public bool Contains(int codePoint)
    {
        var at = Array.BinarySearch(_bounds, codePoint);
        return ((at < 0 ? ~at : at + 1) & 1) == 1;
    }

    /// <summary>All code points that are not in it.</summary>
    public CodePointSet Complement()
    {
        var starts = _bounds is [0, ..] ? _bounds[1..] : [0, .. _bounds];
        return new CodePointSet(starts is [.., MaxCodePoint + 1] ? starts[..^1] : [.. starts, MaxCodePoint + 1]);
    }

    public CodePointSet Intersect(CodePointSet other) => Union([Complement(), other.Complement()]).Complement();
}
