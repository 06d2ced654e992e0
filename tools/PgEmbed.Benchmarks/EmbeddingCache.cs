using System.Runtime.InteropServices;
using PgEmbed.Onnx;

namespace PgEmbed.Benchmarks;

/// <summary>Vectors of texts that are embedded once and kept in the user's cache folder.</summary>
internal static class EmbeddingCache
{
    private const int Batch = 2_000;

    /// <summary>The vectors of texts, from the cache where they are there.</summary>
    /// <param name="embedder">What embeds them.</param>
    /// <param name="name">What texts they are. Texts of one name and number are taken to be the same.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="role">What they are to the model.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<VectorBlock> EmbedAsync(
        OnnxTextEmbedder embedder,
        string name,
        IReadOnlyList<string> texts,
        TextRole role,
        CancellationToken cancellationToken)
    {
        var folder = Path.Combine(
            Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "pgembed", "bench");
        Directory.CreateDirectory(folder);
        var path = Path.Combine(
            folder, $"{name.Replace(' ', '-')}-{texts.Count}-{embedder.Space.Fingerprint[..12]}.f32");
        var block = new VectorBlock(texts.Count, embedder.Space.Dimensions);
        if (File.Exists(path) && new FileInfo(path).Length == (long)texts.Count * embedder.Space.Dimensions * sizeof(float))
        {
            await using var file = File.OpenRead(path);
            for (var i = 0; i < block.Count; i++)
                file.ReadExactly(MemoryMarshal.AsBytes(block.Row(i)));
            return block;
        }

        await Console.Error.WriteLineAsync(
            $"bench: embedding {texts.Count} texts ({name}) with {embedder.Space.Name}, once…");
        for (var from = 0; from < texts.Count; from += Batch)
        {
            var some = texts.Skip(from).Take(Batch).ToList();
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
