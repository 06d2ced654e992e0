using Npgsql.Internal;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>
/// Converts pgvector's <c>sparsevec</c>.
/// <para>
/// Wire format, big-endian: the dimension as int32; the number n of values that are not zero as int32; an int32 that is
/// 0 and kept for later; then n positions as int32, from 0 and ascending; then the n values in the same order, IEEE 754
/// single, none of them zero. (The text form counts positions from 1.)
/// </para>
/// </summary>
internal sealed class SparsevecConverter : PgStreamingConverter<SparseVector>
{
    private const int HeaderSize = 3 * sizeof(int);

    public override Size GetSize(SizeContext context, SparseVector value, ref object? writeState) =>
        HeaderSize + (value.NonZero * (WireInt32.Size + WireSingle.Size));

    public override void Write(PgWriter writer, SparseVector value)
    {
        if (writer.ShouldFlush(HeaderSize))
            writer.Flush();
        WriteHeader(writer, value);
        ElementStream<int, WireInt32>.Write(writer, value.Indices.Span);
        ElementStream<float, WireSingle>.Write(writer, value.Values.Span);
    }

    public override async ValueTask WriteAsync(
        PgWriter writer, SparseVector value, CancellationToken cancellationToken = default)
    {
        if (writer.ShouldFlush(HeaderSize))
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        WriteHeader(writer, value);
        await ElementStream<int, WireInt32>.WriteAsync(writer, value.Indices, cancellationToken).ConfigureAwait(false);
        await ElementStream<float, WireSingle>.WriteAsync(writer, value.Values, cancellationToken).ConfigureAwait(false);
    }

    public override SparseVector Read(PgReader reader)
    {
        WireFormat.CheckHeader(reader, HeaderSize, DataTypeNames.Sparsevec);
        if (reader.ShouldBuffer(HeaderSize))
            reader.Buffer(HeaderSize);
        var (dimensions, count) = ReadHeader(reader);
        var indices = new int[count];
        var values = new float[count];
        ElementStream<int, WireInt32>.Read(reader, indices);
        ElementStream<float, WireSingle>.Read(reader, values);
        return Create(dimensions, indices, values);
    }

    public override async ValueTask<SparseVector> ReadAsync(
        PgReader reader, CancellationToken cancellationToken = default)
    {
        WireFormat.CheckHeader(reader, HeaderSize, DataTypeNames.Sparsevec);
        if (reader.ShouldBuffer(HeaderSize))
            await reader.BufferAsync(HeaderSize, cancellationToken).ConfigureAwait(false);
        var (dimensions, count) = ReadHeader(reader);
        var indices = new int[count];
        var values = new float[count];
        await ElementStream<int, WireInt32>.ReadAsync(reader, indices, cancellationToken).ConfigureAwait(false);
        await ElementStream<float, WireSingle>.ReadAsync(reader, values, cancellationToken).ConfigureAwait(false);
        return Create(dimensions, indices, values);
    }

    private static void WriteHeader(PgWriter writer, SparseVector value)
    {
        writer.WriteInt32(value.Dimensions);
        writer.WriteInt32(value.NonZero);
        writer.WriteInt32(0);
    }

    private static (int Dimensions, int Count) ReadHeader(PgReader reader)
    {
        var dimensions = reader.ReadInt32();
        var count = reader.ReadInt32();
        var reserved = reader.ReadInt32();
        var size = (long)count * (WireInt32.Size + WireSingle.Size);
        if (count < 0 || reserved != 0 || size != reader.CurrentRemaining)
            throw WireFormat.Broken(
                DataTypeNames.Sparsevec,
                $"got {count} values (reserved {reserved}) with {reader.CurrentRemaining} bytes of them");
        return (dimensions, count);
    }

    private static SparseVector Create(int dimensions, int[] indices, float[] values)
    {
        try
        {
            return new SparseVector(dimensions, indices, values);
        }
        catch (Exception e) when (e is ArgumentException or InvalidVectorException)
        {
            throw WireFormat.Broken(DataTypeNames.Sparsevec, "got one that is not a sparse vector", e);
        }
    }
}
