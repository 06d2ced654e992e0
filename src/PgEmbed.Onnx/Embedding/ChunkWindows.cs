using PgEmbed.Chunking;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Embedding;

/// <summary>
/// A text's tokens in windows that a model can read, and which of them are which chunk's, for late chunking.
/// </summary>
/// <remarks>
/// No tokenizer has to say where in the text a token stands: the text is cut where chunks begin and end, each piece is
/// tokenized by itself, and the ids are put together again. White space before a chunk belongs to its piece, since many
/// tokenizers make the space before a word a part of the word's token.
/// </remarks>
internal sealed class ChunkWindows
{
    private readonly List<int[]> _ids = [];
    private readonly List<List<(int Chunk, Range Tokens)>> _chunks = [];
    private readonly SortedSet<int> _truncated = [];

    private ChunkWindows()
    {
    }

    /// <summary>The token ids of each window, special tokens and prompt included.</summary>
    public IReadOnlyList<int[]> Ids => _ids;

    /// <summary>The chunks, ascending, that alone are longer than a window and were cut.</summary>
    public IReadOnlyList<int> Truncated => [.. _truncated];

    /// <summary>The chunks whose vectors are pooled from a window, and the places of their tokens in it.</summary>
    public IReadOnlyList<(int Chunk, Range Tokens)> ChunksOf(int window) => _chunks[window];

    /// <summary>Tokenizes a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="chunks">Places in it; at least one.</param>
    /// <param name="model">The model that is to read it.</param>
    public static ChunkWindows Of(string text, IReadOnlyList<TextChunk> chunks, ModelFolder model)
    {
        var places = chunks.Select((c, i) => (Chunk: i, Start: WordEnd(text, c.Start), End: WordEnd(text, c.End)))
            .OrderBy(c => c.Start).ThenBy(c => c.End).ToList();
        var prompt = model.DocumentPrompt.TrimEnd();
        int[] prefix = [.. model.Tokenizer.Template.Before, .. Encode(model.Tokenizer, prompt)];
        var (ids, tokenAt) = EncodePieces(
            text,
            places.SelectMany(c => new[] { c.Start, c.End }),
            model.DocumentPrompt[prompt.Length..],
            model.Tokenizer);
        var windows = new ChunkWindows();
        windows.Fill(
            ids, prefix, [.. places.Select(c => (c.Chunk, tokenAt[c.Start], tokenAt[c.End]))], model);
        return windows;
    }

    private void Fill(int[] ids, int[] prefix, (int Chunk, int Start, int End)[] chunks, ModelFolder model)
    {
        var suffix = model.Tokenizer.Template.After;
        var room = model.MaxTokens - prefix.Length - suffix.Length;
        if (room < 1)
            throw new PgEmbedException(
                $"The prompt '{model.DocumentPrompt}' leaves no room for a text in {model.MaxTokens} tokens.",
                "Raise the length limit, or take another model.");
        var textBegin = model.IncludesPrompt || model.DocumentPrompt.Length == 0 ? 0 : prefix.Length;
        for (var next = 0; next < chunks.Length;)
        {
            // A window begins a little before its first chunk, or as much less as that chunk needs the room; it takes
            // more from before where it would reach beyond the text's end.
            var first = chunks[next];
            var start = Math.Clamp(first.End - room, first.Start - (room / 4), first.Start);
            start = Math.Max(0, Math.Min(start, ids.Length - room));
            var end = Math.Min(start + room, ids.Length);
            var own = new List<(int, Range)>();
            do
            {
                var (chunk, from, to) = chunks[next++];
                if (to > end)
                    _truncated.Add(chunk);
                own.Add((chunk, Place(from, Math.Min(to, end))));
            }
            while (next < chunks.Length && chunks[next].End <= end);
            _ids.Add([.. prefix, .. ids.AsSpan(start, end - start), .. suffix]);
            _chunks.Add(own);

            // Special tokens at the text's ends, and a prompt that is to be pooled, belong to the chunks there. A
            // chunk without tokens, such as one of control characters, has the meaning of what is around it.
            Range Place(int from, int to) => from == to
                ? Range.All
                : new Range(
                    from > 0 ? prefix.Length + from - start : textBegin,
                    prefix.Length + to - start + (to == ids.Length ? suffix.Length : 0));
        }
    }

    /// <summary>The ids of the pieces between some places of a text, and how many come before each place.</summary>
    internal static (int[] Ids, Dictionary<int, int> TokenAt) EncodePieces(
        string text, IEnumerable<int> places, string lead, Tokenizer tokenizer)
    {
        var ids = new List<int>();
        var tokenAt = new Dictionary<int, int> { [0] = 0 };
        var done = 0;
        foreach (var place in places.Append(text.Length).Distinct().Order())
        {
            if (place == 0)
                continue;
            var piece = text[done..place];
            ids.AddRange(Encode(tokenizer, done == 0 ? lead + piece : piece));
            tokenAt[place] = ids.Count;
            done = place;
        }

        return ([.. ids], tokenAt);
    }

    private static int[] Encode(Tokenizer tokenizer, string text)
    {
        var ids = new int[tokenizer.Count(text)];
        var sink = new TokenSink(ids);
        tokenizer.EncodeContent(text, ref sink);
        return ids;
    }

    /// <summary>A place in a text, moved before the white space that it stands behind; the text's end stays.</summary>
    private static int WordEnd(string text, int place) =>
        place == text.Length ? place : text.AsSpan(0, place).TrimEnd().Length;
}
