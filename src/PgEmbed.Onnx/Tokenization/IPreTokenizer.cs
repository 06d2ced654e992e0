namespace PgEmbed.Onnx.Tokenization;

/// <summary>Splits a normalized text into the words that the model takes apart, none across another's border.</summary>
internal interface IPreTokenizer
{
    /// <summary>The next word at or after a position, which moves behind it; false at the end of the text.</summary>
    bool TryNext(ReadOnlySpan<char> text, ref int position, out ReadOnlySpan<char> word);
}
