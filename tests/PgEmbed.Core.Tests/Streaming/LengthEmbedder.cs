namespace PgEmbed.Core.Tests.Streaming;

/// <summary>A text's vector is its length and its first character; texts over 9 characters count as cut.</summary>
internal sealed class LengthEmbedder : ITextEmbedder
{
    private readonly List<int> _calls = [];
    private int _running;

    public VectorSpace Space { get; } = new("length@1", new string('0', 64), 2, DistanceMetric.L2);

    /// <summary>How many texts each call had.</summary>
    public IReadOnlyList<int> Calls => _calls;

    /// <summary>Whether two calls ever ran at once.</summary>
    public bool Overlapped { get; private set; }

    /// <summary>What a call does before it ends.</summary>
    public Func<IReadOnlyList<string>, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public bool IsRunning => _running > 0;

    public async Task<TextEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default)
    {
        _calls.Add(texts.Count);
        Overlapped |= Interlocked.Increment(ref _running) > 1;
        try
        {
            await Task.Yield();
            await Before(texts, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }

        var vectors = new VectorBlock(texts.Count, 2);
        for (var i = 0; i < texts.Count; i++)
        {
            vectors.Row(i)[0] = texts[i].Length;
            vectors.Row(i)[1] = texts[i].FirstOrDefault();
        }

        return new TextEmbeddings(
            vectors, texts.Sum(t => t.Length), [.. texts.Index().Where(t => t.Item.Length > 9).Select(t => t.Index)]);
    }
}
