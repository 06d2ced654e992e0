namespace PgEmbed.Onnx.Tokenization;

/// <summary>Makes token ids of a piece of text: a model, or a pre-tokenizer in front of one.</summary>
internal interface IWordTokenizer
{
    /// <summary>Appends the ids of a piece that is not empty.</summary>
    void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens);
}
