namespace PgEmbed.Onnx.Modules;

/// <summary>What a Dense module does with each value that its linear layer gives.</summary>
internal enum DenseActivation
{
    Identity,
    Tanh,
    ReLU,

    /// <summary>x · Φ(x) with the normal distribution's Φ itself, not the approximation by tanh.</summary>
    GELU,
}
