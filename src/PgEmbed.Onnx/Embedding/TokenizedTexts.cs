using System.Buffers;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Embedding;

/// <summary>
/// The token ids of some texts, one after another in a pooled array, and the texts' order by length, the longest first.
/// </summary>
internal sealed class TokenizedTexts : IDisposable
{
    private readonly List<int> _starts = [0];
    private readonly List<int> _truncated = [];
    private int[] _ids = [];
    private int[] _order = [];

    /// <summary>How many texts there are.</summary>
    public int Count => _starts.Count - 1;

    /// <summary>How many tokens they have together.</summary>
    public int Tokens => _starts[^1];

    /// <summary>The places of those that were cut, ascending.</summary>
    public IReadOnlyList<int> Truncated => _truncated;

    /// <summary>The texts' places from the longest to the shortest.</summary>
    public ReadOnlySpan<int> Order => _order.AsSpan(0, Count);

    /// <summary>The ids of the text at a place.</summary>
    public ReadOnlySpan<int> this[int index] => _ids.AsSpan(_starts[index], LengthOf(index));

    public int LengthOf(int index) => _starts[index + 1] - _starts[index];

    /// <summary>Tokenizes a list from a place on, until its end or until a number of tokens is reached.</summary>
    public void Fill(
        IReadOnlyList<string> texts, int first, string prompt, Tokenizer tokenizer, int maxTokens, int enough)
    {
        Clear();
        for (var i = first; i < texts.Count && Tokens < enough; i++)
            Add(prompt, texts[i], tokenizer, maxTokens);
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
        ArrayPool<int>.Shared.Return(_order);
        _ids = _order = [];
    }

    private void Clear()
    {
        _starts.RemoveRange(1, Count);
        _truncated.Clear();
    }

    private void Sort()
    {
        // Length and place in one number: equal lengths keep their order.
        var keys = ArrayPool<long>.Shared.Rent(Count);
        for (var i = 0; i < Count; i++)
            keys[i] = ((long)-LengthOf(i) << 32) | (uint)i;
        keys.AsSpan(0, Count).Sort();
        if (_order.Length < Count)
        {
            ArrayPool<int>.Shared.Return(_order);
            _order = ArrayPool<int>.Shared.Rent(Count);
        }

        for (var i = 0; i < Count; i++)
            _order[i] = (int)keys[i];
        ArrayPool<long>.Shared.Return(keys);
    }

    private void Add(string prompt, string text, Tokenizer tokenizer, int maxTokens)
    {
        var ids = Reserve(maxTokens);
        bool truncated;
        if (prompt.Length == 0)
        {
            _starts.Add(Tokens + tokenizer.Encode(text, ids, out truncated));
        }
        else
        {
            using var whole = new CharBuffer(prompt.Length + text.Length);
            whole.Append(prompt);
            whole.Append(text);
            _starts.Add(Tokens + tokenizer.Encode(whole.Written, ids, out truncated));
        }

        if (truncated)
            _truncated.Add(Count - 1);
    }

    private Span<int> Reserve(int count)
    {
        var start = Tokens;
        if (_ids.Length - start < count)
        {
            var grown = ArrayPool<int>.Shared.Rent(Math.Max(_ids.Length * 2, Math.Max(start + count, 4096)));
            _ids.AsSpan(0, start).CopyTo(grown);
            ArrayPool<int>.Shared.Return(_ids);
            _ids = grown;
        }

        return _ids.AsSpan(start, count);
    }
}
