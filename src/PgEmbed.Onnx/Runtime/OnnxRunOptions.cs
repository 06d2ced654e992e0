namespace PgEmbed.Onnx.Runtime;

/// <summary>Options of one or more runs, and the means to end them early from another thread.</summary>
public sealed unsafe class OnnxRunOptions : IDisposable
{
    private readonly OrtApi _api;
    private readonly OrtHandle _handle;
    private string? _tag;

    /// <summary>Creates options with ONNX Runtime's defaults.</summary>
    /// <exception cref="OnnxRuntimeNotFoundException">The native library cannot be loaded.</exception>
    public OnnxRunOptions()
    {
        _api = OnnxRuntimeLibrary.Library.Api;
        nint options;
        _api.Check(_api.CreateRunOptions(&options), "Run options cannot be created");
        _handle = new OrtHandle(options, _api.ReleaseRunOptions);
    }

    /// <summary>A name for the run in ONNX Runtime's log.</summary>
    public string? Tag
    {
        get => _tag;
        set
        {
            var bytes = NativeText.ZeroTerminated(value ?? "");
            var options = Acquire();
            try
            {
                fixed (byte* tag = bytes)
                    _api.Check(_api.RunOptionsSetRunTag(options, tag), "The run's tag cannot be set");
                _tag = value;
            }
            finally
            {
                Release();
            }
        }
    }

    /// <summary>Adds a configuration entry by ONNX Runtime's key.</summary>
    /// <param name="key">The key, such as <c>memory.enable_memory_arena_shrinkage</c>.</param>
    /// <param name="value">Its value.</param>
    /// <exception cref="OnnxRuntimeException">The library refuses the entry.</exception>
    public void AddConfiguration(string key, string value)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(value);
        var (keyBytes, valueBytes) = (NativeText.ZeroTerminated(key), NativeText.ZeroTerminated(value));
        var options = Acquire();
        try
        {
            fixed (byte* nativeKey = keyBytes, nativeValue = valueBytes)
            {
                _api.Check(
                    _api.AddRunConfigEntry(options, nativeKey, nativeValue),
                    $"The configuration entry '{key}' cannot be added");
            }
        }
        finally
        {
            Release();
        }
    }

    /// <summary>
    /// Ends every run with these options at the next operator, and every later one, until <see cref="Reset"/>.
    /// </summary>
    public void Terminate() => Use(_api.RunOptionsSetTerminate, "The run cannot be terminated");

    /// <summary>Lets runs with these options go on again after <see cref="Terminate"/>.</summary>
    public void Reset() => Use(_api.RunOptionsUnsetTerminate, "The run options cannot be reset");

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Keeps the options from being released until <see cref="Release"/>.</summary>
    internal nint Acquire() => _handle.Acquire(this);

    internal void Release() => _handle.DangerousRelease();

    private void Use(delegate* unmanaged<nint, nint> function, string failed)
    {
        var options = Acquire();
        try
        {
            _api.Check(function(options), failed);
        }
        finally
        {
            Release();
        }
    }
}
