namespace PgEmbed.Onnx.Hub;

/// <summary>How far a pull is.</summary>
/// <param name="Step">What it is doing.</param>
/// <param name="File">The file that it is about; null for the hub's list or a lock.</param>
/// <param name="Bytes">How many bytes of the file are here.</param>
/// <param name="TotalBytes">How many it has.</param>
/// <param name="Message">Why it waits or repeats; null otherwise.</param>
public sealed record PullProgress(
    PullStep Step, string? File = null, long Bytes = 0, long TotalBytes = 0, string? Message = null);
