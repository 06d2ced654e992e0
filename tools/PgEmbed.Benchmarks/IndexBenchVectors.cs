using System.Runtime.InteropServices;
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
            await CachedAsync(
                embedder, $"{name.Replace(' ', '-')}-documents", [.. stored.Select(p => $"{p.Synopsis}\n{p.Description}")],
                TextRole.Document, cancellationToken),
            await CachedAsync(
                embedder, $"{name.Replace(' ', '-')}-queries", [.. asked.Select(p => p.Synopsis)],
                TextRole.Query, cancellationToken));
    }

    private static async Task<VectorBlock> CachedAsync(
        OnnxTextEmbedder embedder, string name, List<string> texts, TextRole role, CancellationToken cancellationToken)
    {
        var folder = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "pgembed", "bench");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{name}-{texts.Count}-{embedder.Space.Fingerprint[..12]}.f32");
        var block = new VectorBlock(texts.Count, embedder.Space.Dimensions);
        if (File.Exists(path) && new FileInfo(path).Length == (long)texts.Count * embedder.Space.Dimensions * sizeof(float))
        {
            await using var file = File.OpenRead(path);
            for (var i = 0; i < block.Count; i++)
                file.ReadExactly(MemoryMarshal.AsBytes(block.Row(i)));
            return block;
        }

        await Console.Error.WriteLineAsync($"bench: embedding {texts.Count} texts, once…");
        const int batch = 2_000;
        for (var from = 0; from < texts.Count; from += batch)
        {
            var some = texts.GetRange(from, Math.Min(batch, texts.Count - from));
            var vectors = (await embedder.EmbedAsync(some, role, cancellationToken)).Vectors;
            for (var i = 0; i < some.Count; i++)
                vectors[i].Span.CopyTo(block.Row(from + i));
        }

        // Under another name until it is whole, so that an interrupted run leaves nothing that looks like it.
        await File.WriteAllBytesAsync(
            path + ".part", MemoryMarshal.AsBytes(block.Values.Span).ToArray(), cancellationToken);
        File.Move(path + ".part", path, overwrite: true);
        return block;
    }
}
