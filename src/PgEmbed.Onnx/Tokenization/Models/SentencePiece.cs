namespace PgEmbed.Onnx.Tokenization;

/// <summary>One piece of a SentencePiece vocabulary; its place in the vocabulary is its number.</summary>
/// <param name="Text">Its text, with ▁ for a space.</param>
/// <param name="Score">How likely it is (Unigram: log probability; BPE: the earlier merged, the higher).</param>
/// <param name="Kind">What it is for.</param>
internal readonly record struct SentencePiece(string Text, float Score, SentencePieceKind Kind);
