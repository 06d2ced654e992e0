using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace PgEmbed.Onnx;

/// <summary>A SHA-256 over lines of text, each ended by a line feed, as UTF-8; made as they come, of any size.</summary>
internal sealed class LineHash : IBufferWriter<byte>, IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private byte[] _buffer = new byte[1 << 14];

    /// <summary>Adds a line.</summary>
    public void Add(string line)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes(line));
        _hash.AppendData("\n"u8);
    }

    /// <summary>Adds a line of a name and an object of a JSON file, written in one way however it stands there.</summary>
    public void Add(string name, JsonPart? part)
    {
        _hash.AppendData(Encoding.UTF8.GetBytes($"{name} "));
        part?.WriteCanonical(this);
        _hash.AppendData("\n"u8);
    }

    /// <summary>The hash, as 64 lower-case hexadecimal digits.</summary>
    public string Finish() => Convert.ToHexStringLower(_hash.GetHashAndReset());

    public void Dispose() => _hash.Dispose();

    void IBufferWriter<byte>.Advance(int count) => _hash.AppendData(_buffer.AsSpan(0, count));

    Memory<byte> IBufferWriter<byte>.GetMemory(int sizeHint)
    {
        if (sizeHint > _buffer.Length)
            _buffer = new byte[sizeHint];
        return _buffer;
    }

    Span<byte> IBufferWriter<byte>.GetSpan(int sizeHint) => ((IBufferWriter<byte>)this).GetMemory(sizeHint).Span;
}
