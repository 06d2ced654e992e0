namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>What the loopback hub answers, faults included.</summary>
internal sealed record LoopbackReply(int Status, byte[] Body)
{
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>Break the connection after so many bytes of the body.</summary>
    public int? DropAfter { get; init; }

    /// <summary>Say nothing more after so many bytes of the body.</summary>
    public int? StallAfter { get; init; }

    /// <summary>Leave out Content-Length: the body ends with the connection.</summary>
    public bool WithoutLength { get; init; }

    public LoopbackReply With(params (string Name, string Value)[] headers) =>
        this with { Headers = [.. Headers, .. headers] };
}
