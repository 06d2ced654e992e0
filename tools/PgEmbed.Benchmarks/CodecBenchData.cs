using PgEmbed.Codecs.Transforms;
using PgEmbed.Onnx;

namespace PgEmbed.Benchmarks;

/// <summary>Documents and queries, embedded; which documents answer which query, and which are nearest to it.</summary>
/// <param name="Name">What they are.</param>
/// <param name="Model">What embedded them.</param>
/// <param name="Space">The space of its vectors.</param>
/// <param name="Documents"><c>float[n × d]</c>.</param>
/// <param name="Queries"><c>float[q × d]</c>.</param>
/// <param name="Grades">For each query the grades of judged documents, by their places.</param>
/// <param name="Nearest">For each query the places of the ten nearest documents.</param>
internal sealed record CodecBenchData(
    string Name,
    string Model,
    VectorSpace Space,
    VectorBlock Documents,
    VectorBlock Queries,
    IReadOnlyList<IReadOnlyDictionary<int, int>> Grades,
    IReadOnlyList<int[]> Nearest)
{
    public static async Task<CodecBenchData> EmbedAsync(
        OnnxTextEmbedder embedder, string model, bool quick, CancellationToken cancellationToken)
    {
        // Every document counts; half of the queries leave differences of some hundredths of a percent.
        var texts = await JudgedTexts.RetrievalAsync(quick ? 1_000 : int.MaxValue, cancellationToken);
        var (name, packages) = await BenchTexts.PackagesAsync(quick ? 2_000 : int.MaxValue, cancellationToken);
        var documents = Join(
            await EmbeddingCache.EmbedAsync(
                embedder, $"{texts.Name}-documents", [.. texts.Documents.Select(d => d.Text)], TextRole.Document, cancellationToken),
            await EmbeddingCache.EmbedAsync(
                embedder,
                $"{name}-documents",
                [.. packages.Select(p => $"{p.Synopsis}\n{p.Description}")],
                TextRole.Document,
                cancellationToken));
        var queries = await EmbeddingCache.EmbedAsync(
            embedder, $"{texts.Name}-queries", [.. texts.Queries.Select(q => q.Text)], TextRole.Query, cancellationToken);
        var asked = quick ? texts.Queries : texts.Half(other: false);
        if (!quick)
            queries = EverySecond(queries);
        var places = texts.Documents.Index().ToDictionary(d => d.Item.Id, d => d.Index, StringComparer.Ordinal);
        var nearest = new int[queries.Count][];
        Parallel.For(0, queries.Count, i => nearest[i] = Exact(documents, queries[i].Span));
        return new CodecBenchData(
            $"{texts.Name} among {name}",
            model,
            embedder.Space,
            documents,
            queries,
            [.. asked.Select(q => texts.Judgments.Of(q.Id).ToDictionary(g => places[g.Key], g => g.Value))],
            nearest);
    }

    private static int[] Exact(VectorBlock documents, ReadOnlySpan<float> query)
    {
        var distances = new double[documents.Count];
        for (var i = 0; i < distances.Length; i++)
            distances[i] = -System.Numerics.Tensors.TensorPrimitives.CosineSimilarity(documents[i].Span, query);
        var places = Enumerable.Range(0, distances.Length).ToArray();
        Array.Sort(distances, places);
        return places[..10];
    }

    /// <summary>Packages' vectors by several models one behind the other, turned into more dimensions: for sizes and speed.</summary>
    public static async Task<VectorBlock> ConcatenateAsync(
        IReadOnlyList<OnnxTextEmbedder> embedders, int dimensions, CancellationToken cancellationToken)
    {
        var (name, packages) = await BenchTexts.PackagesAsync(2_000, cancellationToken);
        var texts = packages.Select(p => $"{p.Synopsis}\n{p.Description}").ToList();
        var parts = new List<VectorBlock>();
        foreach (var embedder in embedders)
            parts.Add(await EmbeddingCache.EmbedAsync(embedder, $"{name}-documents", texts, TextRole.Document, cancellationToken));
        var turn = new HadamardRotation(dimensions, seed: 1);
        var all = new VectorBlock(texts.Count, dimensions);
        for (var i = 0; i < all.Count; i++)
        {
            var vector = new float[dimensions];
            var at = 0;
            foreach (var part in parts)
            {
                part[i].Span.CopyTo(vector.AsSpan(at));
                at += part.Dimensions;
            }

            turn.Apply(vector, all.Row(i));
        }

        return all;
    }

    private static VectorBlock EverySecond(VectorBlock vectors)
    {
        var half = new VectorBlock((vectors.Count + 1) / 2, vectors.Dimensions);
        for (var i = 0; i < half.Count; i++)
            vectors[2 * i].Span.CopyTo(half.Row(i));
        return half;
    }

    private static VectorBlock Join(VectorBlock first, VectorBlock second)
    {
        var all = new VectorBlock(first.Count + second.Count, first.Dimensions);
        for (var i = 0; i < all.Count; i++)
            (i < first.Count ? first[i] : second[i - first.Count]).Span.CopyTo(all.Row(i));
        return all;
    }
}
