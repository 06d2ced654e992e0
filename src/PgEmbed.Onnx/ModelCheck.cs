namespace PgEmbed.Onnx;

/// <summary>One thing that was checked of a model.</summary>
/// <param name="Name">What was checked.</param>
/// <param name="Passed">Whether it holds.</param>
/// <param name="Detail">What was measured.</param>
public sealed record ModelCheck(string Name, bool Passed, string Detail);
