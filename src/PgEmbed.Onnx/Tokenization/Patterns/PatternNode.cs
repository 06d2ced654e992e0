namespace PgEmbed.Onnx.Tokenization;

/// <summary>A part of a pattern as it is read.</summary>
internal abstract record PatternNode
{
    /// <summary>How many code points it matches: the least and the most, or null for no bound.</summary>
    public abstract (int Least, int? Most) Length { get; }

    /// <summary>One code point of a set.</summary>
    public sealed record One(CodePointSet Set) : PatternNode
    {
        public override (int Least, int? Most) Length => (1, 1);
    }

    /// <summary>Parts one after another.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        public override (int Least, int? Most) Length { get; } = Parts.Aggregate<PatternNode, (int Least, int? Most)>(
            (0, 0), (sum, part) => (
                Add(sum.Least, part.Length.Least),
                sum.Most is { } a && part.Length.Most is { } b ? Add(a, b) : null));
    }

    /// <summary>The first part that leads to a match.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Parts) : PatternNode
    {
        public override (int Least, int? Most) Length { get; } = (
            Parts.Min(p => p.Length.Least),
            Parts.Any(p => p.Length.Most is null) ? null : Parts.Max(p => p.Length.Most));
    }

    /// <summary>A part again and again: as often as it goes, or where <paramref name="Lazy"/> as seldom.</summary>
    public sealed record Repeat(PatternNode Part, int Least, int? Most, bool Lazy) : PatternNode
    {
        public override (int Least, int? Most) Length { get; } = (
            Multiply(Part.Length.Least, Least),
            Most is { } times && Part.Length.Most is { } most ? Multiply(most, times) : null);
    }

    /// <summary>A part that is not tried another way once it has matched.</summary>
    public sealed record Atomic(PatternNode Part) : PatternNode
    {
        public override (int Least, int? Most) Length => Part.Length;
    }

    /// <summary>A condition on what stands ahead or behind.</summary>
    public sealed record Look(PatternNode Part, bool Behind, bool Negative) : PatternNode
    {
        public override (int Least, int? Most) Length => (0, 0);
    }

    /// <summary>A condition on the place.</summary>
    public sealed record Anchor(PatternOperation Operation) : PatternNode
    {
        public override (int Least, int? Most) Length => (0, 0);
    }

    // Sums and products stop at the largest number: what is so long is refused for its size.
    private static int Add(int a, int b) => (int)Math.Min((long)a + b, int.MaxValue);

    private static int Multiply(int a, int b) => (int)Math.Min((long)a * b, int.MaxValue);
}
