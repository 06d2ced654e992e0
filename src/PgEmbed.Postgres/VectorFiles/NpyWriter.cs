using System.Buffers.Binary;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.VectorFiles;

/// <summary>
/// Writes vectors to a file in NumPy's <c>.npy</c> format. The file has its name only once it is complete: until then it
/// is another one beside it, so that a cut off file is never taken for a whole one.
/// </summary>
public sealed class NpyWriter : IAsyncDisposable
{
    private readonly PartialFile _file;
    private readonly byte[] _row;
    private NpyHeader _header;

    /// <summary>Begins a file, replacing the one of that name when it is complete.</summary>
    /// <param name="path">Its name.</param>
    /// <param name="dimensions">The length of its vectors.</param>
    /// <param name="element">How values are kept.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    public NpyWriter(string path, int dimensions, NpyElement element = NpyElement.F32)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(dimensions);
        _header = new NpyHeader(element, 0, dimensions);
        _row = new byte[_header.RowSize];
        _file = new PartialFile(path);
        _file.Stream.Write(_header.ToBytes());
    }

    /// <summary>Writes a vector.</summary>
    /// <param name="values"><c>float[d]</c>.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="InvalidVectorException">
    /// It has another length, or a value that the file can't keep.
    /// </exception>
    public async ValueTask WriteAsync(ReadOnlyMemory<float> values, CancellationToken cancellationToken = default)
    {
        if (values.Length != _header.Dimensions)
            throw new InvalidVectorException(
                $"Expected a vector of {_header.Dimensions} dimensions, got {values.Length}.");
        Encode(values.Span);
        await _file.Stream.WriteAsync(_row, cancellationToken).ConfigureAwait(false);
        _header = _header with { Count = _header.Count + 1 };
    }

    /// <summary>Writes the count and gives the file its name.</summary>
    public async Task CompleteAsync(CancellationToken cancellationToken = default)
    {
        _file.Stream.Position = 0;
        await _file.Stream.WriteAsync(_header.ToBytes(), cancellationToken).ConfigureAwait(false);
        await _file.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Removes the file unless it is complete.</summary>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    private void Encode(ReadOnlySpan<float> values)
    {
        if (_header.Element == NpyElement.F32)
        {
            var words = MemoryMarshal.Cast<byte, int>(_row.AsSpan());
            MemoryMarshal.Cast<float, int>(values).CopyTo(words);
            if (!BitConverter.IsLittleEndian)
                BinaryPrimitives.ReverseEndianness(words, words);
            return;
        }

        var halves = MemoryMarshal.Cast<byte, Half>(_row.AsSpan());
        TensorPrimitives.ConvertToHalf(values, halves);
        for (var i = 0; i < halves.Length; i++)
        {
            if (!Half.IsFinite(halves[i]))
                throw new InvalidVectorException(
                    FormattableString.Invariant($"Expected values that fit 16 bits, got {values[i]} at position {i}."),
                    "Write float32.");
        }

        var words16 = MemoryMarshal.Cast<byte, short>(_row.AsSpan());
        if (!BitConverter.IsLittleEndian)
            BinaryPrimitives.ReverseEndianness(words16, words16);
    }
}
