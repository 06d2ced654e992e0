namespace PgEmbed.Onnx.Modules;

/// <summary>A step between a text's pooled vector and its final one. Safe to use from many threads at once.</summary>
internal interface IVectorModule
{
    /// <summary>The length of the vectors that it makes.</summary>
    int Dimensions { get; }

    /// <summary>What decides its results, in one line.</summary>
    string Description { get; }

    /// <summary>Makes a vector of another.</summary>
    /// <param name="input">The vector of the step before.</param>
    /// <param name="output">Where to: <c>float[Dimensions]</c>.</param>
    void Apply(ReadOnlySpan<float> input, Span<float> output);
}
