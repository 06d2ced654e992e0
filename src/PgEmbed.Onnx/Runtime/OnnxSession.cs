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

    private const string KeepBytesKey = "session.use_ort_model_bytes_directly";

    private readonly OrtApi _api;
    private readonly OrtHandle _handle;
    private readonly string _runFailed;
    private readonly SessionPorts _inputs;
    private readonly SessionPorts _outputs;

    private OnnxSession(OrtLibrary library, OrtHandle handle, string model)
    {
        _api = library.Api;
        _handle = handle;
        _runFailed = $"{model} failed to run";
        _inputs = SessionPorts.ReadInputs(library, handle.DangerousGetHandle(), model);
        _outputs = SessionPorts.ReadOutputs(library, handle.DangerousGetHandle(), model);
    }

    /// <summary>What the model takes, in its own order.</summary>
    public IReadOnlyList<OnnxValueInfo> Inputs => _inputs.Infos;

    /// <summary>What the model gives, in its own order.</summary>
    public IReadOnlyList<OnnxValueInfo> Outputs => _outputs.Infos;

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
    public static OnnxSession Load(ReadOnlySpan<byte> model, OnnxSessionOptions? options = null)
    {
        if (options is not null && options.Configuration.TryGetValue(KeepBytesKey, out var keep) && keep == "1")
        {
            throw new PgEmbedException(
                $"With the configuration entry '{KeepBytesKey}' the session would read the bytes as long as it lives, "
                + "but they are the caller's.",
                "Load the model from a file, or leave the entry out.");
        }

        return Load($"The ONNX model of {model.Length} bytes", default, model, options);
    }

    /// <summary>Runs the model; ONNX Runtime allocates the outputs, which the caller disposes.</summary>
    /// <param name="inputNames">The names of the inputs.</param>
    /// <param name="inputs">Their values, one for each name.</param>
    /// <param name="outputNames">The names of the outputs to return.</param>
    /// <param name="runOptions">Options of this run; null for the defaults.</param>
    /// <param name="ct">Ends the run at its next operator; runs that share its options end with it.</param>
    /// <returns>The outputs in the order of their names.</returns>
    /// <exception cref="ArgumentException">There are not as many tensors as names.</exception>
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
        RunInto(values, inputNames, inputs, outputNames, runOptions, ct);
        return Adopt(values, outputNames);
    }

    /// <summary>Runs the model and writes the outputs into tensors of the caller.</summary>
    /// <param name="inputNames">The names of the inputs.</param>
    /// <param name="inputs">Their values, one for each name.</param>
    /// <param name="outputNames">The names of the outputs to write.</param>
    /// <param name="outputs">Where to write them, one for each name, of exactly the type and shape that come.</param>
    /// <param name="runOptions">Options of this run; null for the defaults.</param>
    /// <param name="ct">Ends the run at its next operator; runs that share its options end with it.</param>
    /// <exception cref="ArgumentException">There are not as many tensors as names.</exception>
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
                // Not left to the library, of which older versions write other elements over the memory's end.
                _outputs.Find(outputNames[held], outputs[held]);
                values[held] = outputs[held].Acquire();
            }

            RunInto(values[..held], inputNames, inputs, outputNames, runOptions, ct);
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

    /// <summary>Runs the model into values that exist, or, where the value is 0, into new ones.</summary>
    private void RunInto(
        Span<nint> outputs,
        ReadOnlySpan<string> inputNames,
        ReadOnlySpan<OnnxTensor> inputs,
        ReadOnlySpan<string> outputNames,
        OnnxRunOptions? runOptions,
        CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        CheckCount(inputNames, inputs, nameof(inputs));

        // One block: the inputs, their names, the outputs' names.
        var length = inputs.Length + inputNames.Length + outputNames.Length;
        Span<nint> block = length <= OnStack ? stackalloc nint[OnStack] : new nint[length];
        var values = block[..inputs.Length];
        var names = block[inputs.Length..length];
        for (var i = 0; i < inputNames.Length; i++)
            names[i] = _inputs.Find(inputNames[i], inputs[i]);
        for (var i = 0; i < outputNames.Length; i++)
            names[inputs.Length + i] = _outputs.Find(outputNames[i]);

        using var own = runOptions is null && ct.CanBeCanceled ? new OnnxRunOptions() : null;
        var held = 0;
        var session = _handle.Acquire(this);
        try
        {
            for (; held < inputs.Length; held++)
                values[held] = inputs[held].Acquire();
            RunHeld(session, values, names, outputs, runOptions ?? own, ct);
        }
        finally
        {
            Release(inputs[..held]);
            _handle.DangerousRelease();
        }

        // The names' addresses are in memory that this object keeps.
        GC.KeepAlive(this);
    }

    /// <summary>Runs the model on values that the caller keeps alive.</summary>
    private void RunHeld(
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
            var termination = ct.CanBeCanceled ? new RunTermination(_api, nativeOptions) : null;
            OnnxRuntimeException? failure;
            using (ct.UnsafeRegister(static state => ((RunTermination)state!).Terminate(), termination))
            {
                fixed (nint* inputValues = inputs, inputNames = names, outputValues = outputs)
                {
                    failure = _api.Failure(
                        _api.Run(
                            session,
                            nativeOptions,
                            inputNames,
                            inputValues,
                            (nuint)inputs.Length,
                            inputNames + inputs.Length,
                            (nuint)outputs.Length,
                            outputValues),
                        _runFailed);
                }
            }

            // The registration has ended, so the token can't strike any more.
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
}
