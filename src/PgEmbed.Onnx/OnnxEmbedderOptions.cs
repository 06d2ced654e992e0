namespace PgEmbed.Onnx;

/// <summary>How a model is run. Nothing here changes a vector.</summary>
public sealed class OnnxEmbedderOptions
{
    /// <summary>The threads of one run, shared by concurrent ones; null: as many as the process may use.</summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>The most tokens of a batch, padding included; a longer text is a batch of its own.</summary>
    public int MaxBatchTokens { get; set; } = 1024;

    /// <summary>
    /// Whether threads without work spin before they sleep: a short text alone takes a third less time where cores are
    /// idle, and everything takes up to twice as long where other processes need them.
    /// </summary>
    public bool Spinning { get; set; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="PgEmbedException">A value is out of its range.</exception>
    public void Validate()
    {
        if (IntraOpThreads is < 1 or > 1024)
            throw new PgEmbedException($"Expected {nameof(IntraOpThreads)} to be 1 to 1024, got {IntraOpThreads}.");
        if (MaxBatchTokens is < 1 or > 1 << 20)
            throw new PgEmbedException($"Expected {nameof(MaxBatchTokens)} to be 1 to 1048576, got {MaxBatchTokens}.");
    }
}
