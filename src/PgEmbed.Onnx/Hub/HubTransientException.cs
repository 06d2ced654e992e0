namespace PgEmbed.Onnx.Hub;

/// <summary>A request failed in a way that may pass: it is worth repeating.</summary>
internal sealed class HubTransientException : Exception
{
    public HubTransientException(string message, TimeSpan? retryAfter = null, Exception? innerException = null)
        : base(message, innerException) => RetryAfter = retryAfter;

    /// <summary>How long the hub asks to wait, where it does.</summary>
    public TimeSpan? RetryAfter { get; }
}
