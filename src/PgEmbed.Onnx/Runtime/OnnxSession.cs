using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PgEmbed.Onnx.Runtime;

/// <summary>A loaded model, ready to run; safe to use from many threads at once.</summary>
/// <remarks>
/// A run holds references on the session, the options and the tensors that it was given, so any of them may be
/// disposed meanwhile: each is released when its last run ends.
/// </remarks>
public sealed unsafe class OnnxSession : IDisposable
{
    // Beyond these a run's addresses go to the heap; an encoder has two or three inputs.
    private const int OnStack = 32;

    private readonly OrtApi _api;
    private readonly OrtHandle _handle;
    private readonly string _runFailed;
    private readonly Dictionary<string, Port> _inputs;
    private readonly Dictionary<string, Port> _outputs;

    private OnnxSession(OrtLibrary library, OrtHandle handle, string model)
    {
        _api = library.Api;
        _handle = handle;
        _runFailed = $"{model} failed to run";
        (Inputs, _inputs) = ReadPorts(
            library, _api.SessionGetInputCount, _api.SessionGetInputName, _api.SessionGetInputTypeInfo);
        (Outputs, _outputs) = ReadPorts(
            library, _api.SessionGetOutputCount, _api.SessionGetOutputName, _api.SessionGetOutputTypeInfo);
    }

    /// <summary>What the model takes, in its own order.</summary>
    public IReadOnlyList<OnnxValueInfo> Inputs { get; }

    /// <summary>What the model gives, in its own order.</summary>
    public IReadOnlyList<OnnxValueInfo> Outputs { get; }

    /// <summary>Loads a model from a file; its external data, if it has any, is looked for beside it.</summary>
    /// <param name="path">The ONNX file.</param>
    /// <param name="options">How to load and run it; null for the defaults.</param>
    /// <exception cref="OnnxRuntimeException">There is no such file, or it is not a model that can be run.</exception>
    /// <exception cref="OnnxRuntimeNotFoundException">The native library cannot be loaded.</exception>
    /// <exception cref="PgEmbedException">An option is out of its range.</exception>
    public static OnnxSession Load(string path, OnnxSessionOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Load($"The ONNX model '{path}'", NativeText.FilePath(Path.GetFullPath(path)), default, options);
    }

    /// <summary>Loads a model from the bytes of an ONNX file, which are not needed afterwards.</summary>
    /// <param name="model">The file's bytes.</param>
    /// <param name="options">How to load and run it; null for the defaults.</param>
    /// <exception cref="OnnxRuntimeException">The bytes are not a model that can be run.</exception>
    /// <exception cref="OnnxRuntimeNotFoundException">The native library cannot be loaded.</exception>
    /// <exception cref="PgEmbedException">An option is out of its range.</exception>
    public static OnnxSession Load(ReadOnlySpan<byte> model, OnnxSessionOptions? options = null) =>
        Load($"The ONNX model of {model.Length} bytes", default, model, options);

    /// <summary>Runs the model; ONNX Runtime allocates the outputs, which the caller disposes.</summary>
    /// <param name="inputNames">The names of the inputs.</param>
    /// <param name="inputs">Their values, one for each name.</param>
    /// <param name="outputNames">The names of the outputs to return.</param>
    /// <param name="runOptions">Options of this run; null for the defaults.</param>
    /// <param name="ct">Ends the run at its next operator. Other runs with the same options end too.</param>
    /// <returns>The outputs in the order of their names.</returns>
    /// <exception cref="ArgumentException">There are not as many values as names.</exception>
    /// <exception cref="OnnxRuntimeException">A name, type or shape is not the model's, the run was terminated through
    /// its options, or the library failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> ended the run.</exception>
    public OnnxTensor[] Run(
        ReadOnlySpan<string> inputNames,
        ReadOnlySpan<OnnxTensor> inputs,
        ReadOnlySpan<string> outputNames,
        OnnxRunOptions? runOptions = null,
        CancellationToken ct = default)
    {
        Span<nint> values = outputNames.Length <= OnStack ? stackalloc nint[OnStack] : new nint[outputNames.Length];
        values = values[..outputNames.Length];
        values.Clear();
        Run(inputNames, inputs, outputNames, values, runOptions, ct);
        return Adopt(values, outputNames);
    }

    /// <summary>Runs the model and writes the outputs into tensors of the caller.</summary>
    /// <param name="inputNames">The names of the inputs.</param>
    /// <param name="inputs">Their values, one for each name.</param>
    /// <param name="outputNames">The names of the outputs to write.</param>
    /// <param name="outputs">Where to write them, one for each name, of exactly the type and shape that come.</param>
    /// <param name="runOptions">Options of this run; null for the defaults.</param>
    /// <param name="ct">Ends the run at its next operator. Other runs with the same options end too.</param>
    /// <exception cref="ArgumentException">There are not as many values as names.</exception>
    /// <exception cref="OnnxRuntimeException">A name, type or shape is not the model's, the run was terminated through
    /// its options, or the library failed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> ended the run.</exception>
    public void Run(
        ReadOnlySpan<string> inputNames,
        ReadOnlySpan<OnnxTensor> inputs,
        ReadOnlySpan<string> outputNames,
        ReadOnlySpan<OnnxTensor> outputs,
        OnnxRunOptions? runOptions = null,
        CancellationToken ct = default)
    {
        CheckCount(outputNames, outputs, nameof(outputs));
        Span<nint> values = outputs.Length <= OnStack ? stackalloc nint[OnStack] : new nint[outputs.Length];
        var held = 0;
        try
        {
            for (; held < outputs.Length; held++)
            {
                // The library of some versions would write elements of another type over the memory's end.
                CheckType(_outputs, "output", outputNames[held], outputs[held]);
                values[held] = outputs[held].Acquire();
            }

            Run(inputNames, inputs, outputNames, values[..held], runOptions, ct);
        }
        finally
        {
            Release(outputs[..held]);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private static OnnxSession Load(
        string model, ReadOnlySpan<byte> path, ReadOnlySpan<byte> bytes, OnnxSessionOptions? options)
    {
        options ??= new OnnxSessionOptions();
        options.Validate();
        var library = OnnxRuntimeLibrary.Library;
        var api = library.Api;
        nint session;
        using (var native = options.Create(api))
        {
            var nativeOptions = native.DangerousGetHandle();
            fixed (byte* file = path, content = bytes)
            {
                api.Check(
                    path.IsEmpty
                        ? api.CreateSessionFromArray(
                            library.Environment, content, (nuint)bytes.Length, nativeOptions, &session)
                        : api.CreateSession(library.Environment, file, nativeOptions, &session),
                    $"{model} cannot be loaded");
            }
        }

        var handle = new OrtHandle(session, api.ReleaseSession);
        try
        {
            return new OnnxSession(library, handle, model);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private void Run(
        ReadOnlySpan<string> inputNames,
        ReadOnlySpan<OnnxTensor> inputs,
        ReadOnlySpan<string> outputNames,
        Span<nint> outputs,
        OnnxRunOptions? runOptions,
        CancellationToken ct)
    {
        ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
        ct.ThrowIfCancellationRequested();
        CheckCount(inputNames, inputs, nameof(inputs));
        var length = inputs.Length + inputNames.Length + outputNames.Length;
        Span<nint> addresses = length <= OnStack ? stackalloc nint[OnStack] : new nint[length];
        var values = addresses[..inputs.Length];
        var names = addresses[inputs.Length..length];
        for (var i = 0; i < inputNames.Length; i++)
        {
            CheckType(_inputs, "input", inputNames[i], inputs[i]);
            names[i] = _inputs[inputNames[i]].Address;
        }

        for (var i = 0; i < outputNames.Length; i++)
            names[inputs.Length + i] = Find(_outputs, "output", outputNames[i]).Address;

        using var own = runOptions is null && ct.CanBeCanceled ? new OnnxRunOptions() : null;
        var options = runOptions ?? own;
        var held = 0;
        var session = _handle.Acquire();
        try
        {
            for (; held < inputs.Length; held++)
                values[held] = inputs[held].Acquire();
            Run(session, values, names, outputs, options, ct);
        }
        finally
        {
            Release(inputs[..held]);
            _handle.DangerousRelease();
        }

        // The names' addresses are of arrays that this object keeps.
        GC.KeepAlive(this);
    }

    private void Run(
        nint session,
        ReadOnlySpan<nint> inputs,
        ReadOnlySpan<nint> names,
        Span<nint> outputs,
        OnnxRunOptions? options,
        CancellationToken ct)
    {
        var nativeOptions = options?.Acquire() ?? 0;
        try
        {
            var termination = ct.CanBeCanceled ? new Termination(_api, nativeOptions) : null;
            OnnxRuntimeException? failure;
            fixed (nint* inputValues = inputs, inputNames = names, outputValues = outputs)
            using (ct.UnsafeRegister(static state => ((Termination)state!).Terminate(), termination))
            {
                failure = _api.Failure(
                    _api.Run(session, nativeOptions, inputNames, inputValues, (nuint)inputs.Length,
                        inputNames + inputs.Length, (nuint)outputs.Length, outputValues),
                    _runFailed);
            }

            // Past the registration's end the token can't strike any more, and the options are the caller's again.
            if (termination is { Done: true })
            {
                termination.Undo();
                if (failure is not null)
                    throw new OperationCanceledException(failure.Message, failure, ct);
            }

            if (failure is not null)
                throw failure;
        }
        finally
        {
            options?.Release();
        }
    }

    private static OnnxTensor[] Adopt(ReadOnlySpan<nint> values, ReadOnlySpan<string> names)
    {
        var tensors = new OnnxTensor[values.Length];
        var adopted = 0;
        try
        {
            for (; adopted < tensors.Length; adopted++)
                tensors[adopted] = OnnxTensor.Adopt(values[adopted], names[adopted]);
            return tensors;
        }
        catch
        {
            // The one that failed is released already; those before it are tensors, those after it bare values.
            foreach (var tensor in tensors.AsSpan(0, adopted))
                tensor.Dispose();
            foreach (var value in values[(adopted + 1)..])
                OnnxRuntimeLibrary.Library.Api.ReleaseValue(value);
            throw;
        }
    }

    private static void Release(ReadOnlySpan<OnnxTensor> tensors)
    {
        foreach (var tensor in tensors)
            tensor.Release();
    }

    private static void CheckCount(ReadOnlySpan<string> names, ReadOnlySpan<OnnxTensor> tensors, string parameter)
    {
        if (names.Length != tensors.Length)
            throw new ArgumentException($"There are {names.Length} names but {tensors.Length} tensors.", parameter);
        foreach (var tensor in tensors)
            ArgumentNullException.ThrowIfNull(tensor, parameter);
    }

    private void CheckType(Dictionary<string, Port> ports, string kind, string name, OnnxTensor tensor)
    {
        var expected = Find(ports, kind, name).Info;
        if (expected.ElementType != tensor.ElementType)
        {
            throw new OnnxRuntimeException(
                OnnxErrorCode.InvalidArgument,
                $"{_runFailed}: the tensor for the {kind} {expected} has elements of type {tensor.ElementType}.");
        }
    }

    private Port Find(Dictionary<string, Port> ports, string kind, string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (ports.TryGetValue(name, out var port))
            return port;
        throw new OnnxRuntimeException(
            OnnxErrorCode.InvalidArgument,
            $"{_runFailed}: it has no {kind} '{name}'.",
            $"Its {kind}s are: {string.Join(", ", ports.Values.Select(known => known.Info))}.");
    }

    private (IReadOnlyList<OnnxValueInfo> Infos, Dictionary<string, Port> Ports) ReadPorts(
        OrtLibrary library,
        delegate* unmanaged<nint, nuint*, nint> getCount,
        delegate* unmanaged<nint, nuint, nint, byte**, nint> getName,
        delegate* unmanaged<nint, nuint, nint*, nint> getTypeInfo)
    {
        const string Failed = "The model's inputs and outputs cannot be read";
        var session = _handle.DangerousGetHandle();
        nuint count;
        _api.Check(getCount(session, &count), Failed);
        var infos = new OnnxValueInfo[count];
        var ports = new Dictionary<string, Port>(infos.Length, StringComparer.Ordinal);
        for (var i = 0; i < infos.Length; i++)
        {
            byte* text;
            _api.Check(getName(session, (nuint)i, library.Allocator, &text), Failed);
            var name = NativeText.Read(text);
            var bytes = NativeText.CopyPinned(text);
            _api.Check(_api.AllocatorFree(library.Allocator, text), Failed);

            nint typeInfo;
            _api.Check(getTypeInfo(session, (nuint)i, &typeInfo), Failed);
            try
            {
                infos[i] = ReadInfo(name, typeInfo, Failed);
            }
            finally
            {
                _api.ReleaseTypeInfo(typeInfo);
            }

            ports[name] = new Port(infos[i], bytes);
        }

        return (infos, ports);
    }

    private OnnxValueInfo ReadInfo(string name, nint typeInfo, string failed)
    {
        // The tensor's description is part of the type's, and null where the type is not a tensor.
        nint tensorInfo;
        _api.Check(_api.CastTypeInfoToTensorInfo(typeInfo, &tensorInfo), failed);
        if (tensorInfo == 0)
            return new OnnxValueInfo(name, OnnxElementType.Undefined, [], []);
        var (elementType, shape) = TensorInfo.Read(_api, tensorInfo, failed);
        return new OnnxValueInfo(
            name, elementType, shape, TensorInfo.ReadNames(_api, tensorInfo, shape.Length, failed));
    }

    /// <summary>An input or output with its name as the library has it, in memory that does not move.</summary>
    private sealed record Port(OnnxValueInfo Info, byte[] Name)
    {
        public nint Address => (nint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(Name));
    }

    /// <summary>Ends a run on behalf of its cancellation token, through options that the run keeps alive.</summary>
    private sealed class Termination(OrtApi api, nint options)
    {
        public bool Done { get; private set; }

        public void Terminate()
        {
            Done = true;
            api.Check(api.RunOptionsSetTerminate(options), "The run cannot be terminated");
        }

        public void Undo() => api.Check(api.RunOptionsUnsetTerminate(options), "The run options cannot be reset");
    }
}
