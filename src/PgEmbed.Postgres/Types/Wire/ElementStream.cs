using System.Buffers;
using Npgsql.Internal;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>
/// Moves elements between memory and a connection's buffer. A value may be far longer than the buffer (16,000 dimensions
/// are 64 KB, the buffer 8 KB unless set otherwise), so it goes in pieces that fit the smallest buffer Npgsql allows.
/// The two methods of each pair differ only in how they wait.
/// </summary>
internal static class ElementStream<TElement, TWire>
    where TElement : unmanaged
    where TWire : IWireElement<TElement>
{
    private const int PieceBytes = 4096;

    private static int PieceLength => PieceBytes / TWire.Size;

    /// <summary>Fills <paramref name="elements"/>; the caller has checked that the value has as many left.</summary>
    public static void Read(PgReader reader, Span<TElement> elements)
    {
        while (!elements.IsEmpty)
        {
            var piece = elements[..Math.Min(PieceLength, elements.Length)];
            var size = piece.Length * TWire.Size;
            if (reader.ShouldBuffer(size))
                reader.Buffer(size);
            Decode(reader, piece);
            elements = elements[piece.Length..];
        }
    }

    /// <inheritdoc cref="Read"/>
    public static async ValueTask ReadAsync(
        PgReader reader, Memory<TElement> elements, CancellationToken cancellationToken)
    {
        while (!elements.IsEmpty)
        {
            var piece = elements[..Math.Min(PieceLength, elements.Length)];
            var size = piece.Length * TWire.Size;
            if (reader.ShouldBuffer(size))
                await reader.BufferAsync(size, cancellationToken).ConfigureAwait(false);
            Decode(reader, piece.Span);
            elements = elements[piece.Length..];
        }
    }

    /// <summary>Writes all elements.</summary>
    public static void Write(PgWriter writer, ReadOnlySpan<TElement> elements)
    {
        Span<byte> bytes = stackalloc byte[PieceBytes];
        while (!elements.IsEmpty)
        {
            var piece = elements[..Math.Min(PieceLength, elements.Length)];
            var encoded = bytes[..(piece.Length * TWire.Size)];
            TWire.Encode(piece, encoded);
            writer.WriteBytes(encoded);
            elements = elements[piece.Length..];
        }
    }

    /// <inheritdoc cref="Write"/>
    public static async ValueTask WriteAsync(
        PgWriter writer, ReadOnlyMemory<TElement> elements, CancellationToken cancellationToken)
    {
        var bytes = ArrayPool<byte>.Shared.Rent(PieceBytes);
        try
        {
            while (!elements.IsEmpty)
            {
                var piece = elements[..Math.Min(PieceLength, elements.Length)];
                var encoded = bytes.AsMemory(0, piece.Length * TWire.Size);
                TWire.Encode(piece.Span, encoded.Span);
                await writer.WriteBytesAsync(encoded, cancellationToken).ConfigureAwait(false);
                elements = elements[piece.Length..];
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    // The bytes are buffered, so this takes them from the buffer, in one span, without waiting.
    private static void Decode(PgReader reader, Span<TElement> piece) =>
        TWire.Decode(reader.ReadBytes(piece.Length * TWire.Size).FirstSpan, piece);
}
