using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PgEmbed.Onnx.Runtime;

/// <summary>The inputs or the outputs of a session, found by name.</summary>
internal sealed unsafe class SessionPorts
{
    private readonly string _model;
    private readonly string _kind;
    private readonly Dictionary<string, Port> _ports;

    private SessionPorts(string model, string kind, OnnxValueInfo[] infos, Dictionary<string, Port> ports)
    {
        _model = model;
        _kind = kind;
        _ports = ports;
        Infos = infos;
    }

    /// <summary>What the model declares, in its own order.</summary>
    public IReadOnlyList<OnnxValueInfo> Infos { get; }

    public static SessionPorts ReadInputs(OrtLibrary library, nint session, string model) => Read(
        library, session, model, "input",
        library.Api.SessionGetInputCount, library.Api.SessionGetInputName, library.Api.SessionGetInputTypeInfo);

    public static SessionPorts ReadOutputs(OrtLibrary library, nint session, string model) => Read(
        library, session, model, "output",
        library.Api.SessionGetOutputCount, library.Api.SessionGetOutputName, library.Api.SessionGetOutputTypeInfo);

    /// <summary>The address of a name as the library has it, valid as long as this object.</summary>
    /// <exception cref="OnnxRuntimeException">The model has no such input or output.</exception>
    public nint Find(string name) => Require(name).Address;

    /// <summary>The address of a name for which a tensor is given.</summary>
    /// <exception cref="OnnxRuntimeException">The model has no such input or output, or of another type.</exception>
    public nint Find(string name, OnnxTensor tensor)
    {
        var port = Require(name);
        if (port.Info.ElementType == tensor.ElementType)
            return port.Address;
        throw new OnnxRuntimeException(
            OnnxErrorCode.InvalidArgument,
            $"{_model} failed to run: "
            + $"the tensor for the {_kind} {port.Info} has elements of type {tensor.ElementType}.");
    }

    private Port Require(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (_ports.TryGetValue(name, out var port))
            return port;
        throw new OnnxRuntimeException(
            OnnxErrorCode.InvalidArgument,
            $"{_model} failed to run: it has no {_kind} '{name}'.",
            $"Its {_kind}s are: {string.Join(", ", Infos)}.");
    }

    private static SessionPorts Read(
        OrtLibrary library,
        nint session,
        string model,
        string kind,
        delegate* unmanaged<nint, nuint*, nint> getCount,
        delegate* unmanaged<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged<nint, nuint, nint*, nint> getTypeInfo)
    {
        var api = library.Api;
        var failed = $"The {kind}s of {model} cannot be read";
        nuint count;
        api.Check(getCount(session, &count), failed);
        var infos = new OnnxValueInfo[count];
        var ports = new Dictionary<string, Port>(infos.Length, StringComparer.Ordinal);
        for (var i = 0; i < infos.Length; i++)
        {
            byte* text;
            api.Check(getName(session, (nuint)i, library.Allocator, &text), failed);
            var name = NativeText.Read(text);
            var bytes = NativeText.CopyPinned(text);
            api.Check(api.AllocatorFree(library.Allocator, text), failed);

            nint typeInfo;
            api.Check(getTypeInfo(session, (nuint)i, &typeInfo), failed);
            try
            {
                infos[i] = ReadInfo(api, name, typeInfo, failed);
            }
            finally
            {
                api.ReleaseTypeInfo(typeInfo);
            }

            ports[name] = new Port(infos[i], bytes);
        }

        return new SessionPorts(model, kind, infos, ports);
    }

    private static OnnxValueInfo ReadInfo(OrtApi api, string name, nint typeInfo, string failed)
    {
        // The tensor's description is part of the type's, and null where the type is not a tensor.
        nint tensorInfo;
        api.Check(api.CastTypeInfoToTensorInfo(typeInfo, &tensorInfo), failed);
        if (tensorInfo == 0)
            return new OnnxValueInfo(name, OnnxElementType.Undefined, [], []);
        var (elementType, shape) = TensorInfo.Read(api, tensorInfo, failed);
        return new OnnxValueInfo(
            name, elementType, shape, TensorInfo.ReadNames(api, tensorInfo, shape.Length, failed));
    }

    /// <summary>An input or output with its name as the library has it, in memory that does not move.</summary>
    private readonly record struct Port(OnnxValueInfo Info, byte[] Name)
    {
        public nint Address => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Name));
    }
}
