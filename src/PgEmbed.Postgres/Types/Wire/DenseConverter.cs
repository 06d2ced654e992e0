using Npgsql.Internal;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>
/// Converts pgvector's <c>vector</c> and <c>halfvec</c>.
/// <para>
/// Wire format, big-endian: the dimension as int16; an int16 that is 0 and kept for later; then the values in order, 4
/// bytes each for <c>vector</c> (IEEE 754 single), 2 for <c>halfvec</c> (IEEE 754 half). Nothing follows, so the length
/// of the value says the dimension a second time, and both must agree.
/// </para>
/// </summary>
/// <typeparam name="TValue">What the application has.</typeparam>
/// <typeparam name="TElement">An element of it.</typeparam>
/// <typeparam name="TWire">That element on the wire.</typeparam>
/// <param name="typeName">The PostgreSQL type, for messages.</param>
/// <param name="toElements">The elements of a value.</param>
/// <param name="fromElements">The value that has an array's elements; it may keep the array.</param>
internal sealed class DenseConverter<TValue, TElement, TWire>(
    string typeName,
    Func<TValue, ReadOnlyMemory<TElement>> toElements,
    Func<TElement[], TValue> fromElements) : PgStreamingConverter<TValue>
    where TElement : unmanaged
    where TWire : IWireValue<TElement>
{
    private const int HeaderSize = 2 * sizeof(short);

    public override Size GetSize(SizeContext context, TValue value, ref object? writeState)
    {
        // Called for every parameter before the first byte is sent: a value refused here costs nothing.
        var elements = toElements(value).Span;
        if (elements.Length is 0 or > VectorSpace.MaxDimensions)
            throw new InvalidVectorException(
                $"Expected a {typeName} of 1 to {VectorSpace.MaxDimensions} dimensions, got {elements.Length}.");
        TWire.Check(elements);
        return HeaderSize + (elements.Length * TWire.Size);
    }

    public override void Write(PgWriter writer, TValue value)
    {
        var elements = toElements(value);
        if (writer.ShouldFlush(HeaderSize))
            writer.Flush();
        WriteHeader(writer, elements.Length);
        ElementStream<TElement, TWire>.Write(writer, elements.Span);
    }

    public override async ValueTask WriteAsync(
        PgWriter writer, TValue value, CancellationToken cancellationToken = default)
    {
        var elements = toElements(value);
        if (writer.ShouldFlush(HeaderSize))
            await writer.FlushAsync(cancellationToken).ConfigureAwait(false);
        WriteHeader(writer, elements.Length);
        await ElementStream<TElement, TWire>.WriteAsync(writer, elements, cancellationToken).ConfigureAwait(false);
    }

    public override TValue Read(PgReader reader)
    {
        WireFormat.CheckHeader(reader, HeaderSize, typeName);
        if (reader.ShouldBuffer(HeaderSize))
            reader.Buffer(HeaderSize);
        var elements = GC.AllocateUninitializedArray<TElement>(ReadHeader(reader));
        ElementStream<TElement, TWire>.Read(reader, elements);
        return fromElements(elements);
    }

    public override async ValueTask<TValue> ReadAsync(PgReader reader, CancellationToken cancellationToken = default)
    {
        WireFormat.CheckHeader(reader, HeaderSize, typeName);
        if (reader.ShouldBuffer(HeaderSize))
            await reader.BufferAsync(HeaderSize, cancellationToken).ConfigureAwait(false);
        var elements = GC.AllocateUninitializedArray<TElement>(ReadHeader(reader));
        await ElementStream<TElement, TWire>.ReadAsync(reader, elements, cancellationToken).ConfigureAwait(false);
        return fromElements(elements);
    }

    private static void WriteHeader(PgWriter writer, int dimensions)
    {
        writer.WriteInt16((short)dimensions);
        writer.WriteInt16(0);
    }

    private int ReadHeader(PgReader reader)
    {
        int dimensions = reader.ReadInt16();
        var reserved = reader.ReadInt16();
        if (dimensions < 1 || reserved != 0 || dimensions * TWire.Size != reader.CurrentRemaining)
            throw WireFormat.Broken(
                typeName,
                $"got {dimensions} dimensions (reserved {reserved}) with {reader.CurrentRemaining} bytes of values");
        return dimensions;
    }
}
