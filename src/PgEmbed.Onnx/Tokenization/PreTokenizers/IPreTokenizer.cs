namespace PgEmbed.Onnx.Tokenization;

/// <summary>Splits a text into the words that what comes next takes apart, none across another's border.</summary>
internal interface IPreTokenizer
{
    /// <summary>
    /// Hands each word of a text, none of them empty, to <paramref name="next"/>: the next pre-tokenizer or the model.
    /// It may stop early once <see cref="TokenSink.Overflowed"/> is set.
    /// </summary>
    void Split(scoped ReadOnlySpan<char> text, IWordTokenizer next, ref TokenSink tokens);
}
