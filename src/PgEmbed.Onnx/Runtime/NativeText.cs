using System.Runtime.InteropServices;
using System.Text;

namespace PgEmbed.Onnx.Runtime;

/// <summary>Text as the C API has it: UTF-8 up to a zero byte.</summary>
internal static unsafe class NativeText
{
    /// <summary>The text at an address; a broken sequence becomes U+FFFD.</summary>
    public static string Read(byte* text) => Marshal.PtrToStringUTF8((nint)text) ?? "";

    /// <summary>The bytes at an address, and the zero, in an array that the garbage collector never moves.</summary>
    public static byte[] CopyPinned(byte* text)
    {
        var bytes = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(text);
        var copy = GC.AllocateArray<byte>(bytes.Length + 1, pinned: true);
        bytes.CopyTo(copy);
        return copy;
    }

    /// <summary>A file's path as the C API takes it: UTF-16 on Windows, else UTF-8.</summary>
    public static byte[] FilePath(string path) =>
        OperatingSystem.IsWindows() ? Encoding.Unicode.GetBytes(path + '\0') : ZeroTerminated(path);

    /// <summary>A text's bytes with the zero that ends them.</summary>
    /// <exception cref="ArgumentException">The text has a NUL character, which would cut it short.</exception>
    public static byte[] ZeroTerminated(string text)
    {
        if (text.Contains('\0'))
            throw new ArgumentException("The text has a NUL character.", nameof(text));
        var bytes = new byte[Encoding.UTF8.GetByteCount(text) + 1];
        Encoding.UTF8.GetBytes(text, bytes);
        return bytes;
    }
}
