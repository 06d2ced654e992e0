using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PgEmbed.Onnx;

/// <summary>SHA-256 as 64 lower-case hexadecimal digits.</summary>
internal static class ContentHash
{
    /// <summary>The hash of lines of text, each ended by a line feed, as UTF-8.</summary>
    public static string OfLines(IEnumerable<string> lines)
    {
        using var hash = new LineHash();
        foreach (var line in lines)
            hash.Add(line);
        return hash.Finish();
    }

    /// <summary>The hash of numbers as the machine holds them, little-endian on all that ONNX Runtime runs on.</summary>
    public static string OfNumbers(ReadOnlySpan<float> numbers) =>
        Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(numbers)));

    /// <summary>The hash of a file's bytes.</summary>
    /// <exception cref="PgEmbedException">It can't be read.</exception>
    public static string OfFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return Convert.ToHexStringLower(SHA256.HashData(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PgEmbedException($"{path} can't be read: {e.Message}", innerException: e);
        }
    }
}
