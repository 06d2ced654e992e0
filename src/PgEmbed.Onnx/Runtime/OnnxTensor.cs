using System.Buffers;

namespace PgEmbed.Onnx.Runtime;

/// <summary>A tensor over the caller's memory or over memory of ONNX Runtime; row-major.</summary>
public sealed unsafe class OnnxTensor : IDisposable
{
    private readonly OrtValueHandle _handle;
    private readonly long[] _shape;
    private readonly void* _data;

    private OnnxTensor(OrtValueHandle handle, OnnxElementType elementType, long[] shape, long count, void* data)
    {
        _handle = handle;
        _shape = shape;
        _data = data;
        ElementType = elementType;
        Count = count;
    }

    /// <summary>The type of the elements.</summary>
    public OnnxElementType ElementType { get; }

    /// <summary>The length of each dimension; empty for a single value.</summary>
    public ReadOnlySpan<long> Shape => _shape;

    /// <summary>How many elements there are: the product of <see cref="Shape"/>.</summary>
    public long Count { get; }

    /// <summary>Makes a tensor over memory of the caller, which is pinned until the tensor is disposed.</summary>
    /// <typeparam name="T">The element: a number of 8 to 64 bits, <see cref="Half"/> or <see cref="bool"/>.</typeparam>
    /// <param name="memory">The elements, row-major; read by a run as input, written as output.</param>
    /// <param name="shape">The length of each dimension; empty for a single value.</param>
    /// <exception cref="ArgumentException">The memory is not as long as the shape asks, a length is negative, or ONNX
    /// has no such element.</exception>
    /// <exception cref="OnnxRuntimeNotFoundException">The native library cannot be loaded.</exception>
    public static OnnxTensor Create<T>(Memory<T> memory, ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var elementType = OnnxElementTypes.Of<T>();
        if (elementType == OnnxElementType.Undefined)
            throw new ArgumentException($"ONNX has no tensors of {typeof(T).Name}.", nameof(memory));
        if (CountOf(shape) is not { } count)
            throw new ArgumentException($"There is no tensor of shape {Describe(shape)}.", nameof(shape));
        if (count != memory.Length)
        {
            throw new ArgumentException(
                $"A tensor of shape {Describe(shape)} has {count} elements; the memory has {memory.Length}.",
                nameof(shape));
        }

        var library = OnnxRuntimeLibrary.Library;
        var lengths = shape.ToArray();
        var pin = memory.Pin();
        nint value;
        try
        {
            // The pin of an empty memory has no address, and the library wants one.
            long none;
            fixed (long* dimensions = lengths)
            {
                library.Api.Check(
                    library.Api.CreateTensorWithDataAsOrtValue(
                        library.CpuMemory,
                        memory.IsEmpty ? &none : pin.Pointer,
                        (nuint)memory.Length * (nuint)sizeof(T),
                        dimensions,
                        (nuint)lengths.Length,
                        (int)elementType,
                        &value),
                    $"A tensor of shape {Describe(shape)} cannot be made");
            }
        }
        catch
        {
            pin.Dispose();
            throw;
        }

        var handle = new OrtValueHandle(value, library.Api.ReleaseValue, pin);
        return new OnnxTensor(handle, elementType, lengths, count, pin.Pointer);
    }

    /// <summary>The elements.</summary>
    /// <typeparam name="T">The element, as <see cref="ElementType"/> has it.</typeparam>
    /// <exception cref="OnnxRuntimeException">The tensor has other elements, or more than a span can hold.</exception>
    /// <remarks>
    /// The span is valid until the tensor is disposed or collected: hold the tensor by a <c>using</c> while reading it.
    /// </remarks>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        _handle.ThrowIfDisposed(this);
        if (ElementType == OnnxElementType.Undefined || OnnxElementTypes.Of<T>() != ElementType)
        {
            throw new OnnxRuntimeException(
                OnnxErrorCode.InvalidArgument,
                $"The tensor has elements of type {ElementType}, which cannot be read as {typeof(T).Name}.");
        }

        if (Count > Array.MaxLength)
        {
            throw new OnnxRuntimeException(
                OnnxErrorCode.InvalidArgument,
                $"The tensor of shape {Describe(_shape)} is too large to be read: {Count} elements.",
                "Run the model on a smaller batch.");
        }

        return new ReadOnlySpan<T>(_data, (int)Count);
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Takes over a value that a run has made.</summary>
    /// <exception cref="OnnxRuntimeException">It is not a tensor; the value is released.</exception>
    internal static OnnxTensor Adopt(nint value, string name)
    {
        var api = OnnxRuntimeLibrary.Library.Api;
        var handle = new OrtValueHandle(value, api.ReleaseValue, default);
        try
        {
            int isTensor;
            var failed = $"The output '{name}' cannot be read";
            api.Check(api.IsTensor(value, &isTensor), failed);
            if (isTensor == 0)
            {
                throw new OnnxRuntimeException(
                    OnnxErrorCode.NotImplemented,
                    $"The output '{name}' is not a tensor.",
                    "Ask for tensors only.");
            }

            nint info;
            api.Check(api.GetTensorTypeAndShape(value, &info), failed);
            OnnxElementType elementType;
            long[] shape;
            try
            {
                (elementType, shape) = TensorInfo.Read(api, info, failed);
            }
            finally
            {
                api.ReleaseTensorTypeAndShapeInfo(info);
            }

            // Texts are objects of the library, not memory to be looked at.
            void* data = null;
            if (elementType != OnnxElementType.String)
                api.Check(api.GetTensorMutableData(value, &data), failed);
            return new OnnxTensor(handle, elementType, shape, CountOf(shape) ?? long.MaxValue, data);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Keeps the value and its memory from being released until <see cref="Release"/>.</summary>
    internal nint Acquire() => _handle.Acquire(this);

    internal void Release() => _handle.DangerousRelease();

    /// <summary>The product of a shape, or null where a length is negative or the product is beyond 64 bits.</summary>
    private static long? CountOf(ReadOnlySpan<long> shape)
    {
        UInt128 count = 1;
        foreach (var length in shape)
        {
            if (length < 0 || (count *= (ulong)length) > long.MaxValue)
                return null;
        }

        return (long)count;
    }

    private static string Describe(ReadOnlySpan<long> shape) => $"[{string.Join(" × ", shape.ToArray())}]";
}
