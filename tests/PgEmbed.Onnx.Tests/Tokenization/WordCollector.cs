using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Tests.Tokenization;

/// <summary>Notes the words that a pre-tokenizer makes; each counts as one token.</summary>
internal sealed class WordCollector : IWordTokenizer
{
    private readonly List<string> _words = [];

    public static IReadOnlyList<string> Words(
        IPreTokenizer preTokenizer, ReadOnlySpan<char> text, int tokensBefore = 0)
    {
        var collector = new WordCollector();
        var tokens = new TokenSink(new int[tokensBefore + (3 * text.Length) + 1]) { Count = tokensBefore };
        if (!text.IsEmpty)
            preTokenizer.Split(text, collector, ref tokens);
        return collector._words;
    }

    public void Tokenize(scoped ReadOnlySpan<char> word, ref TokenSink tokens)
    {
        _words.Add(word.ToString());
        tokens.Add(0);
    }
}
