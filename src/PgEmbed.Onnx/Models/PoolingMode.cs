namespace PgEmbed.Onnx.Models;

/// <summary>How the vectors of a text's tokens become the text's one.</summary>
public enum PoolingMode
{
    /// <summary>Their mean, padding left out.</summary>
    Mean,

    /// <summary>The first token's, <c>[CLS]</c>.</summary>
    Cls,
}
