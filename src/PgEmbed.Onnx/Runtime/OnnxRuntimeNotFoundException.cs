namespace PgEmbed.Onnx.Runtime;

/// <summary>ONNX Runtime's native library is nowhere it is looked for, or what is there cannot be used.</summary>
public sealed class OnnxRuntimeNotFoundException : PgEmbedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="message">What was looked for.</param>
    /// <param name="tried">Every place that was tried, in order, each with why it would not do.</param>
    public OnnxRuntimeNotFoundException(string message, IReadOnlyList<string> tried)
        : base(Describe(message, tried), Advice) => Tried = tried;

    /// <summary>Every place that was tried, in order, each with why it would not do.</summary>
    public IReadOnlyList<string> Tried { get; }

    private static string Advice =>
        $"Run tools/setup, or set {OnnxRuntimeLibrary.PathVariable} to the library or the folder that holds it.";

    private static string Describe(string message, IReadOnlyList<string> tried) =>
        $"{message} Tried, in this order:\n{string.Concat(tried.Select(place => $"  {place}\n"))}";
}
