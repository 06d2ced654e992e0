namespace PgEmbed.Onnx.Tokenization;

/// <summary>Before which parts of a text, between its added tokens, Metaspace puts its character.</summary>
internal enum PrependScheme
{
    /// <summary>Before each.</summary>
    Always,

    /// <summary>Before the text's beginning only.</summary>
    First,

    /// <summary>Before none.</summary>
    Never,
}
