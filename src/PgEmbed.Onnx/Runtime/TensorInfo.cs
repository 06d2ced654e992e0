namespace PgEmbed.Onnx.Runtime;

/// <summary>Reads the library's description of a tensor's elements and shape.</summary>
internal static unsafe class TensorInfo
{
    /// <summary>The type of the elements and the length of each dimension, -1 where the model leaves it open.</summary>
    public static (OnnxElementType ElementType, long[] Shape) Read(OrtApi api, nint info, string failed)
    {
        int elementType;
        nuint rank;
        api.Check(api.GetTensorElementType(info, &elementType), failed);
        api.Check(api.GetDimensionsCount(info, &rank), failed);
        var shape = new long[rank];
        fixed (long* lengths = shape)
            api.Check(api.GetDimensions(info, lengths, rank), failed);
        return ((OnnxElementType)elementType, shape);
    }

    /// <summary>The name of each dimension, null where it has none.</summary>
    public static string?[] ReadNames(OrtApi api, nint info, int rank, string failed)
    {
        var pointers = new nint[rank];
        fixed (nint* texts = pointers)
            api.Check(api.GetSymbolicDimensions(info, (byte**)texts, (nuint)rank), failed);
        return Array.ConvertAll(
            pointers, text => NativeText.Read((byte*)text) is { Length: > 0 } name ? name : null);
    }
}
