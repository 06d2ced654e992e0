namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A regular expression in the dialect that tokenizer.json uses, Oniguruma's with Ruby's syntax, without groups to
/// refer to. The runtime's own regular expressions work on UTF-16 units, so that a letter outside the first 65,536 code
/// points is none to them, and have other Unicode data: their words would be others.
/// </summary>
/// <remarks>
/// A pattern is compiled to steps, which a backtracking matcher runs with a stack of its own. What it may do for one
/// text is bounded by the text's length: a pattern that would take longer fails instead of hanging.
/// </remarks>
internal sealed class Pattern
{
    private Pattern(string source, PatternNode node)
    {
        Source = source;
        MayBeEmpty = node.Length.Least == 0;
        Steps = PatternCompiler.Compile(node);
        // A choice begins with a split, and what may be empty is no run of one or more.
        var first = Steps[0];
        Start = first.Operation == PatternOperation.One || first.A > 0 ? first.Class : null;
    }

    /// <summary>The pattern as it was written.</summary>
    public string Source { get; }

    /// <summary>The compiled steps, begun at the first.</summary>
    public PatternStep[] Steps { get; }

    /// <summary>Whether it matches where nothing is taken.</summary>
    public bool MayBeEmpty { get; }

    /// <summary>What every match begins with, or null where that is more than one class.</summary>
    public CharacterClass? Start { get; }

    /// <summary>
    /// Reads a part of <c>tokenizer.json</c> that holds a <c>Regex</c>, or a <c>String</c> to match as it is.
    /// </summary>
    /// <exception cref="PgEmbedException">The pattern is none, or has something that is not supported.</exception>
    public static Pattern Read(JsonPart part)
    {
        var text = part.OptionalText("String");
        var source = text ?? part.Text("Regex");
        part.RefuseOthers();
        try
        {
            return text is null ? Parse(source) : OfText(text);
        }
        catch (FormatException e)
        {
            throw new PgEmbedException(
                $"{part.Place}: the pattern '{source}' can't be used: {e.Message}.",
                "Read in another way it would give other tokens: take a model with another tokenizer.",
                e);
        }
    }

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">It is none, or has something that is not supported.</exception>
    public static Pattern Parse(string source) => new(source, new PatternParser(source).Parse());

    private static Pattern OfText(string text) => new(
        text,
        new PatternNode.Sequence(
            [.. text.EnumerateRunes().Select(r => new PatternNode.One(CodePointSet.Of(r.Value, r.Value)))]));
}
