namespace PgEmbed.Onnx.Tokenization;

/// <summary>What becomes of the pieces at which a text is split.</summary>
internal enum SplitBehavior
{
    /// <summary>They are taken away.</summary>
    Removed,

    /// <summary>Each is a word.</summary>
    Isolated,

    /// <summary>Each ends the word before it.</summary>
    MergedWithPrevious,

    /// <summary>Each begins the word behind it.</summary>
    MergedWithNext,

    /// <summary>Neighbours are one word.</summary>
    Contiguous,
}
