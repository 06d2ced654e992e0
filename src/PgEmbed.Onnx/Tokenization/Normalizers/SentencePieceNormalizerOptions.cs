namespace PgEmbed.Onnx.Tokenization;

/// <summary>How a SentencePiece model wants its texts normalized.</summary>
internal sealed record SentencePieceNormalizerOptions
{
    /// <summary>The precompiled rules; null where there are none.</summary>
    public CharsMap? Map { get; init; }

    /// <summary>The user's symbols, which no rule changes; null where there are none.</summary>
    public PieceTrie? Symbols { get; init; }

    /// <summary>Whether a space is put before the text.</summary>
    public bool AddDummyPrefix { get; init; } = true;

    /// <summary>Whether spaces at both ends, and all but one between words, are taken away.</summary>
    public bool RemoveExtraWhitespace { get; init; } = true;

    /// <summary>Whether ▁ is written for a space.</summary>
    public bool EscapeWhitespace { get; init; } = true;

    /// <summary>Whether the space that is put before the text is put behind it instead.</summary>
    public bool WhitespaceAsSuffix { get; init; }
}
