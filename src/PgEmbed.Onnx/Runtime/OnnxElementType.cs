using System.Diagnostics.CodeAnalysis;

namespace PgEmbed.Onnx.Runtime;

/// <summary>The type of a tensor's elements; the values are those of ONNX Runtime's C API.</summary>
[SuppressMessage("Naming", "CA1720", Justification = "The names are those of ONNX.")]
public enum OnnxElementType
{
    /// <summary>Not a tensor, or a type that the library does not name.</summary>
    Undefined = 0,

    /// <summary>32-bit floating point: <see cref="float"/>.</summary>
    Float = 1,

    /// <summary>8-bit unsigned integer: <see cref="byte"/>.</summary>
    UInt8 = 2,

    /// <summary>8-bit integer: <see cref="sbyte"/>.</summary>
    Int8 = 3,

    /// <summary>16-bit unsigned integer: <see cref="ushort"/>.</summary>
    UInt16 = 4,

    /// <summary>16-bit integer: <see cref="short"/>.</summary>
    Int16 = 5,

    /// <summary>32-bit integer: <see cref="int"/>.</summary>
    Int32 = 6,

    /// <summary>64-bit integer: <see cref="long"/>.</summary>
    Int64 = 7,

    /// <summary>Text; such tensors can be described but not read or made here.</summary>
    String = 8,

    /// <summary>One byte that is 0 or 1: <see cref="bool"/>.</summary>
    Bool = 9,

    /// <summary>16-bit floating point: <see cref="Half"/>.</summary>
    Float16 = 10,

    /// <summary>64-bit floating point: <see cref="double"/>.</summary>
    Double = 11,

    /// <summary>32-bit unsigned integer: <see cref="uint"/>.</summary>
    UInt32 = 12,

    /// <summary>64-bit unsigned integer: <see cref="ulong"/>.</summary>
    UInt64 = 13,

    /// <summary>Two 32-bit floating point parts.</summary>
    Complex64 = 14,

    /// <summary>Two 64-bit floating point parts.</summary>
    Complex128 = 15,

    /// <summary>16-bit floating point with 32-bit's exponent.</summary>
    BFloat16 = 16,

    /// <summary>8-bit floating point, 4 bits of exponent, finite.</summary>
    Float8E4M3FN = 17,

    /// <summary>8-bit floating point, 4 bits of exponent, finite, unsigned zero.</summary>
    Float8E4M3FNUZ = 18,

    /// <summary>8-bit floating point, 5 bits of exponent.</summary>
    Float8E5M2 = 19,

    /// <summary>8-bit floating point, 5 bits of exponent, finite, unsigned zero.</summary>
    Float8E5M2FNUZ = 20,

    /// <summary>4-bit unsigned integer, two to a byte.</summary>
    UInt4 = 21,

    /// <summary>4-bit integer, two to a byte.</summary>
    Int4 = 22,

    /// <summary>4-bit floating point, two to a byte.</summary>
    Float4E2M1 = 23,

    /// <summary>2-bit unsigned integer, four to a byte.</summary>
    UInt2 = 24,

    /// <summary>2-bit integer, four to a byte.</summary>
    Int2 = 25,
}
