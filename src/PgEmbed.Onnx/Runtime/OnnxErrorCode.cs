namespace PgEmbed.Onnx.Runtime;

/// <summary>What kind of failure ONNX Runtime reports; the values are those of its C API.</summary>
public enum OnnxErrorCode
{
    /// <summary>No failure.</summary>
    Ok = 0,

    /// <summary>A failure without a kind of its own; a terminated run has this code.</summary>
    Fail = 1,

    /// <summary>A name, type or shape that the model does not have.</summary>
    InvalidArgument = 2,

    /// <summary>The model file does not exist.</summary>
    NoSuchFile = 3,

    /// <summary>No model is loaded.</summary>
    NoModel = 4,

    /// <summary>The engine failed.</summary>
    EngineError = 5,

    /// <summary>An operator failed while the model ran.</summary>
    RuntimeException = 6,

    /// <summary>The file is not an ONNX model, or is cut short.</summary>
    InvalidProtobuf = 7,

    /// <summary>The model is loaded already.</summary>
    ModelLoaded = 8,

    /// <summary>The library lacks an operator, type or function.</summary>
    NotImplemented = 9,

    /// <summary>The file is a model, but its graph is broken.</summary>
    InvalidGraph = 10,

    /// <summary>An execution provider failed.</summary>
    ExecutionProviderFail = 11,

    /// <summary>Loading was cancelled.</summary>
    ModelLoadCanceled = 12,

    /// <summary>The model must be compiled first.</summary>
    ModelRequiresCompilation = 13,

    /// <summary>Something that was asked for does not exist.</summary>
    NotFound = 14,
}
