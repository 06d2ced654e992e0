namespace PgEmbed.Onnx.Runtime;

/// <summary>How far ONNX Runtime rewrites a model's graph while loading it.</summary>
public enum GraphOptimization
{
    /// <summary>The graph is run as it is written.</summary>
    None = 0,

    /// <summary>Constants are folded and needless nodes dropped; results do not change.</summary>
    Basic = 1,

    /// <summary>Basic, and nodes are fused into larger ones of the CPU provider.</summary>
    Extended = 2,

    /// <summary>Extended, and the memory layout is changed to suit the processor.</summary>
    All = 99,
}
