using PgEmbed.Codecs;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>
/// What codecs lose on real embeddings and what they cost: the retrieval pairs among the packages, with each model, in
/// memory; and how long SQL alone takes to score by them.
/// </summary>
internal static class CodecBench
{
    private const int FitOn = 10_000;
    private const int Concatenated = 1_536;

    public static async Task<BenchReport> RunAsync(bool quick, CancellationToken cancellationToken)
    {
        var results = new List<IReadOnlyDictionary<string, object>>();
        var targets = new List<BenchTarget>();
        await using var database = await CodecSql.OpenAsync(cancellationToken);
        var folders = Models().ToList();
        var first = (CodecBenchData?)null;
        // The second model doubles the time.
        foreach (var folder in folders.Take(quick ? 1 : 2))
        {
            using var embedder = OnnxTextEmbedder.Load(folder);
            var data = await CodecBenchData.EmbedAsync(embedder, folder.Name, quick, cancellationToken);
            first ??= data;
            var sample = Sample(data.Documents);
            var measured = await MeasureAsync(data, sample, database, cancellationToken);
            results.AddRange(measured.Select(codec => codec.Row));
            AddTargets(targets, measured, data.Documents.Dimensions);
            AddBits(results, targets, sample, data);
            results.AddRange(CodecRates.Add(targets, data.Documents, quick));
            await AddFaissAsync(targets, sample, data, measured, quick, cancellationToken);
        }

        if (folders.Count == 3)
        {
            var embedders = folders.ConvertAll(folder => OnnxTextEmbedder.Load(folder));
            var all = await CodecBenchData.ConcatenateAsync(embedders, Concatenated, cancellationToken);
            embedders.ForEach(embedder => embedder.Dispose());
            results.AddRange(CodecRates.Add(targets, all, quick));
        }

        return new BenchReport(
            "codec",
            quick,
            Machine.Commit(),
            Machine.This(),
            new BenchData(first!.Name, first.Documents.Count, first.Documents.Dimensions),
            new Dictionary<string, string>(),
            results,
            targets);
    }

    public static IEnumerable<ModelFolder> Models()
    {
        yield return ModelFolder.Open(BuiltInModel.Folder);
        foreach (var name in (string[])["pgembed-mini-v2", "pgembed-mini-v1b"])
        {
            if (Checkout.Shared("models", name) is { } folder)
                yield return ModelFolder.Open(folder);
        }
    }

    private static string[] Recipes(int dimensions)
    {
        var (half, quarter, eighth) = (dimensions / 2, dimensions / 4, dimensions / 8);
        return
        [
            "f32", "f16",
            // A quarter of float32.
            "sq8", "sq8:global", "sq8:fixed", "fp8_e4m3", "fp8_e4m3:vector", "fp8_e4m3:dimension", "fp8_e5m2",
            "quarter f32",
            // An eighth.
            "sq4", "hadamard sq4", "hadamard nq4", $"pca:{half} sq8", $"pca:{half} fp8_e4m3", $"pca-centred:{half} sq8",
            $"pca:{half} normalize sq8", $"truncate:{half} sq8", $"truncate:{half} normalize sq8", $"whiten:{half} sq8",
            $"gaussian:{half} sq8", $"sparse-projection:{half} sq8", "hadamard mbit4",
            // Less.
            "hadamard mbit3", "hadamard mbit2", $"pq:{quarter}", $"opq:{quarter}", $"pq:{eighth}", $"opq:{eighth}",
            "bit", "centre hadamard bit", "centre hadamard rabitq",
        ];
    }

    private static async Task<List<CodecLoss>> MeasureAsync(
        CodecBenchData data, VectorBlock sample, CodecSql database, CancellationToken cancellationToken)
    {
        var measured = new List<CodecLoss>();
        foreach (var recipe in Recipes(data.Documents.Dimensions))
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Console.Error.WriteLineAsync($"bench: {data.Model} {recipe}…");
            var codec = CodecRecipe.Parse(recipe).Fit(sample, DistanceMetric.Cosine);
            measured.Add(CodecLoss.Of(data.Model, recipe, codec, data, measured.FirstOrDefault()?.Ndcg) with
            {
                SqlMilliseconds = await database.MillisecondsAsync(codec, data.Space, data.Documents, cancellationToken),
            });
        }

        return measured;
    }

    private static void AddBits(
        List<IReadOnlyDictionary<string, object>> results, List<BenchTarget> targets, VectorBlock sample, CodecBenchData data)
    {
        var d = data.Documents.Dimensions;
        foreach (var recipe in (string[])["centre hadamard bit", "hadamard bit", $"hadamard:{2 * d} bit", "hadamard:1024 bit"])
        {
            var bits = CodecBits.Of(recipe, sample, data);
            results.Add(bits.Row);
            if (bits.Bits == 1024)
                targets.Add(new BenchTarget(
                    $"{d} dimensions: recall@10 of {recipe} by Hamming distance, 100 rescored by sq8",
                    bits.RecallOf(100), "share", 0.99));
        }
    }

    private static async Task AddFaissAsync(
        List<BenchTarget> targets,
        VectorBlock sample,
        CodecBenchData data,
        List<CodecLoss> measured,
        bool quick,
        CancellationToken cancellationToken)
    {
        var d = data.Documents.Dimensions;
        var parts = (int[])[d / 4, d / 8];
        // Faiss takes minutes to fit centres, and many to fit a rotation.
        List<string> names = quick ? [] : [.. parts.SelectMany(count => (string[])[$"PQ{count}", $"OPQ{count},PQ{count}"])];
        if (await FaissPeer.RunAsync(sample, data, names, cancellationToken) is not { } faiss)
            return;
        foreach (var count in quick ? [] : parts)
        {
            double Recall(string recipe) => measured.Single(codec => codec.Recipe == recipe).RecallOf(10);
            var (pq, opq) = (faiss.Recall[$"PQ{count}"], faiss.Recall[$"OPQ{count},PQ{count}"]);
            targets.Add(new BenchTarget(
                $"{d} dimensions: recall@10 of pq:{count}, Faiss {faiss.Version} IndexPQ has {pq:0.0000}",
                Recall($"pq:{count}"), "share", Math.Round(pq, 4)));
            targets.Add(new BenchTarget(
                $"{d} dimensions: recall@10 of opq:{count}, within 0.01 of Faiss's OPQ, {opq:0.0000}",
                Recall($"opq:{count}"), "share", Math.Round(opq - 0.01, 4)));
        }

        var (peer, quickest) = faiss.EncodedPerSecond.MaxBy(rate => rate.Value);
        foreach (var recipe in (string[])["sq8", "sq8:global", "sq8:fixed", "fp8_e4m3"])
        {
            var own = CodecRates.EncodedPerSecond(CodecRecipe.Parse(recipe).Fit(sample, DistanceMetric.Cosine), data.Documents);
            targets.Add(new BenchTarget(
                $"{d} dimensions: encoding {recipe} ({own / 1e6:0.00} million/s) to Faiss's {peer} ({quickest / 1e6:0.00})",
                Math.Round(own / quickest, 2), "times", 1));
        }
    }

    // Every n-th, so that fewer are as mixed as all.
    private static VectorBlock Sample(VectorBlock vectors)
    {
        var step = Math.Max(1, vectors.Count / FitOn);
        var sample = new VectorBlock(Math.Min(FitOn, vectors.Count / step), vectors.Dimensions);
        for (var i = 0; i < sample.Count; i++)
            vectors[i * step].Span.CopyTo(sample.Row(i));
        return sample;
    }

    private static void AddTargets(List<BenchTarget> targets, List<CodecLoss> measured, int dimensions)
    {
        var best4 = measured.Where(codec => codec.Recipe != "f32" && codec.Bytes == dimensions).MinBy(codec => codec.LossPercent)!;
        // The few bytes in front of a code of nq4 are a size of the vector's own.
        var best8 = measured.Where(codec => codec.Bytes <= (dimensions / 2) + 4).MinBy(codec => codec.LossPercent)!;
        targets.Add(BenchTarget.AtMost(
            $"{dimensions} dimensions, 4x: loss of nDCG@10 by the best codec, {best4.Recipe}", best4.LossPercent, "%", 0.15));
        targets.Add(BenchTarget.AtMost(
            $"{dimensions} dimensions, 4x: loss of nDCG@10 by fp8_e4m3",
            measured.Single(codec => codec.Recipe == "fp8_e4m3").LossPercent, "%", 0.5));
        targets.Add(BenchTarget.AtMost(
            $"{dimensions} dimensions, 8x: loss of nDCG@10 by the best codec, {best8.Recipe}", best8.LossPercent, "%", 0.4));
        if (dimensions == 256)
        {
            // f32 and f16 are pgvector's own types, and no codes, where they are stored.
            var slowest = measured.Skip(2).MaxBy(codec => codec.SqlMilliseconds)!;
            targets.Add(BenchTarget.AtMost(
                $"{dimensions} dimensions: SQL's distances to 100 candidates, the slowest codec, {slowest.Recipe}",
                Math.Round(slowest.SqlMilliseconds, 2), "ms", 20));
        }

        targets.Add(new BenchTarget(
            $"{dimensions} dimensions: recall@10 of rabitq, 100 rescored",
            measured.Single(codec => codec.Recipe.EndsWith("rabitq", StringComparison.Ordinal)).RecallOf(100), "share", 0.98));
    }
}
