namespace PgEmbed.Onnx.Embedding;

/// <summary>Takes what the transformer gives for one text of a batch.</summary>
/// <param name="text">The text's place.</param>
/// <param name="values">
/// <c>float[tokens × d]</c>, row-major, without padding; <c>float[d]</c> where <see cref="Encoder.IsPooled"/>. Valid
/// during the call only.
/// </param>
internal delegate void VectorsOfText(int text, ReadOnlySpan<float> values);
