namespace PgEmbed.Onnx.Runtime;

/// <summary>ONNX Runtime refused a model or failed to run it; the message ends with the library's own.</summary>
public sealed class OnnxRuntimeException : PgEmbedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="code">The kind of failure.</param>
    /// <param name="message">What was expected and what came.</param>
    /// <param name="remedy">What the reader can do about it.</param>
    public OnnxRuntimeException(OnnxErrorCode code, string message, string? remedy = null)
        : base(message, remedy) => Code = code;

    /// <summary>The kind of failure.</summary>
    public OnnxErrorCode Code { get; }
}
