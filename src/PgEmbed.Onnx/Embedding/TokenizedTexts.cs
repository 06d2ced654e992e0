using System.Buffers;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Embedding;

/// <summary>
/// The token ids of some texts, one after another in a pooled array, and the texts' order by length, the longest first.
/// </summary>
internal sealed class TokenizedTexts : IDisposable
{
    private readonly List<int> _starts = [0];
    private int[] _ids = ArrayPool<int>.Shared.Rent(4096);
    private int[] _order = [];

    /// <summary>How many texts there are.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>How many tokens they have together.</summary>
    public int Tokens => _starts[^1];

    /// <summary>How many of them were cut.</summary>
    public int Truncated { get; private set; }

    /// <summary>The texts' places from the longest to the shortest.</summary>
    public ReadOnlySpan<int> Order => _order;

    /// <summary>The ids of the text at a place.</summary>
    public ReadOnlySpan<int> this[int index] => _ids.AsSpan(_starts[index], LengthOf(index));

    public int LengthOf(int index) => _starts[index + 1] - _starts[index];

    /// <summary>Tokenizes a list from a place on, until its end or until a number of tokens is reached.</summary>
    public void Fill(
        IReadOnlyList<string> texts, int first, string prompt, Tokenizer tokenizer, int maxTokens, int enough)
    {
        Clear();
        for (var i = first; i < texts.Count && Tokens < enough; i++)
            Add(prompt.Length == 0 ? texts[i] : prompt + texts[i], tokenizer, maxTokens);
        Sort();
    }

    /// <summary>Takes texts that are tokenized already.</summary>
    public void Fill(IEnumerable<int[]> texts)
    {
        Clear();
        foreach (var ids in texts)
        {
            ids.CopyTo(Reserve(ids.Length));
            _starts.Add(Tokens + ids.Length);
        }

        Sort();
    }

    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_ids);
        _ids = [];
    }

    private void Clear()
    {
        _starts.RemoveRange(1, Count);
        Truncated = 0;
    }

    private void Sort() => _order = [.. Enumerable.Range(0, Count).OrderByDescending(LengthOf)];

    private void Add(string text, Tokenizer tokenizer, int maxTokens)
    {
        _starts.Add(Tokens + tokenizer.Encode(text, Reserve(maxTokens), out var truncated));
        if (truncated)
            Truncated++;
    }

    private Span<int> Reserve(int count)
    {
        var start = Tokens;
        if (_ids.Length - start < count)
        {
            var grown = ArrayPool<int>.Shared.Rent(Math.Max(_ids.Length * 2, start + count));
            _ids.AsSpan(0, start).CopyTo(grown);
            ArrayPool<int>.Shared.Return(_ids);
            _ids = grown;
        }

        return _ids.AsSpan(start, count);
    }
}
