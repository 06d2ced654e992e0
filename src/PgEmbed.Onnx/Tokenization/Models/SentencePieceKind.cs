namespace PgEmbed.Onnx.Tokenization;

/// <summary>What a piece of a SentencePiece vocabulary is for, numbered as in its <c>.model</c> files.</summary>
internal enum SentencePieceKind
{
    /// <summary>Found in texts by its score.</summary>
    Normal = 1,

    /// <summary>Stands for what no piece covers.</summary>
    Unknown = 2,

    /// <summary>Put around texts, never found in one.</summary>
    Control = 3,

    /// <summary>Found in texts always, whatever else might stand there.</summary>
    UserDefined = 4,

    /// <summary>In the vocabulary, but not used.</summary>
    Unused = 5,

    /// <summary>One byte of a character that no piece covers.</summary>
    Byte = 6,
}
