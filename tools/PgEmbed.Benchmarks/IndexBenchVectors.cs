using PgEmbed.Cli.Demo;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Benchmarks;

/// <summary>
/// Packages with the vectors of their descriptions, and other packages' synopses as queries. The vectors are embedded once
/// and kept in the user's cache folder.
/// </summary>
internal sealed record IndexBenchVectors(
    string Name, IReadOnlyList<Package> Packages, VectorBlock Vectors, VectorBlock Queries)
{
    public static async Task<IndexBenchVectors> LoadAsync(int rows, int queries, CancellationToken cancellationToken)
    {
        var (name, all) = await BenchTexts.PackagesAsync(
            rows == int.MaxValue ? rows : rows + queries, cancellationToken);
        // Queries are spread over all packages, and their own packages are not in the index.
        var step = all.Count / queries;
        var asked = all.Where((_, i) => i % step == step / 2).Take(queries).ToList();
        var stored = all.Except(asked).ToList();
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        return new IndexBenchVectors(
            $"{name}, model {embedder.Space.Name}",
            stored,
            await EmbeddingCache.EmbedAsync(
                embedder, $"{name}-documents", [.. stored.Select(p => $"{p.Synopsis}\n{p.Description}")],
                TextRole.Document, cancellationToken),
            await EmbeddingCache.EmbedAsync(
                embedder, $"{name}-queries", [.. asked.Select(p => p.Synopsis)],
                TextRole.Query, cancellationToken));
    }
}
