using System.Security.Cryptography;
using System.Text;

namespace PgEmbed.Postgres.Tests;

/// <summary>
/// A real embedder in all but meaning: a text's vector is a direction drawn from a generator seeded by the text, so it
/// is the same in every run and its neighbours are known. Counts what it is asked.
/// </summary>
internal sealed class HashingEmbedder(int dimensions = 16, string seed = "", DistanceMetric metric = DistanceMetric.Cosine)
    : ITextEmbedder
{
    private int _embedded;

    public VectorSpace Space { get; } = new(
        $"hashing{seed}@1",
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("hashing" + seed))),
        dimensions,
        metric);

    /// <summary>How many documents were embedded so far.</summary>
    public int Embedded => _embedded;

    /// <summary>Called with the texts before they are embedded.</summary>
    public Func<IReadOnlyList<string>, Task>? Before { get; set; }

    /// <summary>How many characters it says it reads; what is longer is told as cut.</summary>
    public int MaxLength { get; init; } = int.MaxValue;

    public float[] Vector(string text)
    {
        var random = new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(seed + text))));
        var vector = new float[dimensions];
        for (var i = 0; i < dimensions; i++)
            vector[i] = (float)((random.NextDouble() * 2) - 1);
        return vector;
    }

    public async Task<TextEmbeddings> EmbedAsync(
        IReadOnlyList<string> texts, TextRole role, CancellationToken cancellationToken = default)
    {
        if (Before is not null)
            await Before(texts);
        var block = new VectorBlock(texts.Count, dimensions);
        for (var i = 0; i < texts.Count; i++)
            Vector(texts[i]).CopyTo(block.Row(i));
        if (role == TextRole.Document)
            Interlocked.Add(ref _embedded, texts.Count);
        return new TextEmbeddings(
            block,
            texts.Sum(text => text.Length),
            TruncatedTexts: [.. Enumerable.Range(0, texts.Count).Where(i => texts[i].Length > MaxLength)]);
    }
}
