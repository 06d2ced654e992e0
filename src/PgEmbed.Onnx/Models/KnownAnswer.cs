namespace PgEmbed.Onnx.Models;

/// <summary>The vector that a model should give for a text.</summary>
/// <param name="Text">The text, without a prompt.</param>
/// <param name="Role">What it is embedded as.</param>
/// <param name="Vector"><c>float[d]</c>, of all the model's dimensions and of any length.</param>
internal sealed record KnownAnswer(string Text, TextRole Role, float[] Vector);
