namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A regular expression in the dialect that tokenizer.json uses, Oniguruma's with Ruby's syntax, without groups to refer
/// to. The runtime's own regular expressions work on UTF-16 units, so that a letter outside the first 65,536 code
/// points is none to them, and have other Unicode data: their words would be others.
/// </summary>
/// <remarks>
/// A pattern is compiled to steps, which a backtracking matcher runs with a stack of its own. What it may do for one
/// text is bounded by the text's length: a pattern that would take longer fails instead of hanging.
/// </remarks>
internal sealed class Pattern
{
    private Pattern(string source, PatternStep[] steps) => (Source, Steps) = (source, steps);

    /// <summary>The pattern as it was written.</summary>
    public string Source { get; }

    /// <summary>The compiled steps, begun at the first.</summary>
    public PatternStep[] Steps { get; }

    /// <summary>Compiles a pattern.</summary>
    /// <exception cref="FormatException">It is not one, or has a part that is not supported; the message names it.</exception>
    public static Pattern Parse(string source) =>
        new(source, PatternCompiler.Compile(new PatternParser(source).Parse()));

    /// <summary>Compiles the pattern that an object has as its <c>Regex</c>.</summary>
    /// <exception cref="PgEmbedException">It has none, or one that is not supported.</exception>
    public static Pattern Read(JsonPart part)
    {
        var source = part.Text("Regex");
        try
        {
            return Parse(source);
        }
        catch (FormatException e)
        {
            throw new PgEmbedException(
                $"{part.Place}: the pattern '{source}' can't be used: {e.Message}.",
                "It would change the tokens, so it is not passed over: take a model with another tokenizer.",
                e);
        }
    }

    /// <summary>A pattern that matches a text as it stands.</summary>
    public static Pattern OfText(string text) => new(
        text,
        PatternCompiler.Compile(new PatternNode.Sequence(
            [.. text.EnumerateRunes().Select(r => new PatternNode.One(CodePointSet.Of(r.Value, r.Value)))])));
}
