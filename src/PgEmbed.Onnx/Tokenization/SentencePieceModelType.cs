namespace PgEmbed.Onnx.Tokenization;

/// <summary>How a SentencePiece model takes texts apart, numbered as in its <c>.model</c> files.</summary>
internal enum SentencePieceModelType
{
    Unigram = 1,
    Bpe = 2,
    Word = 3,
    Char = 4,
}
