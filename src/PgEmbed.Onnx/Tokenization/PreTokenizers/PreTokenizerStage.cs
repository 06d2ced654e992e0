namespace PgEmbed.Onnx.Tokenization;

/// <summary>
/// A pre-tokenizer together with what takes its words, so that stages in a row need no list between them.
/// </summary>
internal sealed class PreTokenizerStage(IPreTokenizer preTokenizer, IWordTokenizer next) : IWordTokenizer
{
    /// <summary>The pre-tokenizers one after another, and the model behind them.</summary>
    public static IWordTokenizer Chain(IReadOnlyList<IPreTokenizer> preTokenizers, IWordTokenizer model) =>
        preTokenizers.Reverse().Aggregate(model, (next, preTokenizer) => new PreTokenizerStage(preTokenizer, next));

    public void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens) =>
        preTokenizer.Split(word, next, ref tokens);
}
