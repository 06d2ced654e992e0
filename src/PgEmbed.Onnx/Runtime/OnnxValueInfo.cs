using System.Globalization;

namespace PgEmbed.Onnx.Runtime;

/// <summary>An input or output of a model as the model declares it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="ElementType">The type of its elements; <see cref="OnnxElementType.Undefined"/> for what is not a
/// tensor.</param>
/// <param name="Shape">The length of each dimension, -1 where it is known only when the model runs.</param>
/// <param name="DimensionNames">The name of each dimension (such as <c>batch</c>), null where it has none.</param>
/// <remarks>An empty shape is a single value, or a tensor whose model does not say its shape.</remarks>
public sealed record OnnxValueInfo(
    string Name,
    OnnxElementType ElementType,
    IReadOnlyList<long> Shape,
    IReadOnlyList<string?> DimensionNames)
{
    /// <summary>The value on one line, such as <c>input_ids: Int64[batch × sequence]</c>.</summary>
    public override string ToString() =>
        $"{Name}: {ElementType}[{string.Join(" × ", Shape.Select((length, i) => length >= 0
            ? length.ToString(CultureInfo.InvariantCulture)
            : DimensionNames[i] ?? "?"))}]";
}
