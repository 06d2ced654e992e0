using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>Reads vectors of float32 or float16 from a file in NumPy's <c>.npy</c> format.</summary>
public sealed class NpyReader : IAsyncDisposable
{
    // Arrays from 85,000 bytes on are collected only with all of memory.
    private const int BlockBytes = 1 << 16;

    private readonly FileStream _file;

    private NpyReader(FileStream file, NpyHeader header)
    {
        _file = file;
        Header = header;
    }

    /// <summary>What the file says of itself.</summary>
    public NpyHeader Header { get; }

    /// <summary>Opens a file and checks that it is as long as its header says.</summary>
    /// <exception cref="PgEmbedException">It is none of vectors, or cut off.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static async Task<NpyReader> OpenAsync(string path, CancellationToken cancellationToken = default)
    {
        var file = new FileStream(path, new FileStreamOptions
        {
            Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
            BufferSize = 0,
        });
        try
        {
            var header = await NpyHeader.ReadAsync(file, path, cancellationToken).ConfigureAwait(false);
            var expected = (Int128)file.Position + ((Int128)header.Count * header.RowSize);
            if (file.Length != expected)
                throw new PgEmbedException(
                    $"Expected {path} to have {expected} bytes for {header.Count} vectors of {header.Dimensions} "
                    + $"dimensions, found {file.Length}.");
            return new NpyReader(file, header);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Reads the vectors in order, once.</summary>
    /// <returns><c>float[d]</c> each, in memory of its own.</returns>
    public async IAsyncEnumerable<ReadOnlyMemory<float>> ReadAsync(
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var rows = Math.Max(1, BlockBytes / Header.RowSize);
        var bytes = new byte[rows * Header.RowSize];
        for (long done = 0; done < Header.Count; done += rows)
        {
            var count = (int)Math.Min(rows, Header.Count - done);
            var block = bytes.AsMemory(0, count * Header.RowSize);
            await _file.ReadExactlyAsync(block, cancellationToken).ConfigureAwait(false);
            var values = GC.AllocateUninitializedArray<float>(count * Header.Dimensions);
            Decode(block.Span, values);
            for (var i = 0; i < count; i++)
                yield return values.AsMemory(i * Header.Dimensions, Header.Dimensions);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private void Decode(Span<byte> bytes, Span<float> values)
    {
        if (Header.Element == NpyElement.F32)
        {
            var words = MemoryMarshal.Cast<byte, int>(bytes);
            if (!BitConverter.IsLittleEndian)
                BinaryPrimitives.ReverseEndianness(words, words);
            words.CopyTo(MemoryMarshal.Cast<float, int>(values));
            return;
        }

        var halves = MemoryMarshal.Cast<byte, short>(bytes);
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(halves, halves);
        TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<short, Half>(halves), values);
    }
}
