namespace PgEmbed.Onnx.Runtime;

/// <summary>How a model is loaded and run; what is not set has ONNX Runtime's own default.</summary>
public sealed class OnnxSessionOptions
{
    private const string SpinningKey = "session.intra_op.allow_spinning";

    // The library starts as many threads as it is told, and ends the process where the system refuses one.
    private const int MaxThreads = 1024;

    /// <summary>Threads within one operator, the calling thread included; null: one for each physical core.</summary>
    public int? IntraOpThreads { get; set; }

    /// <summary>Threads for operators side by side; null: one for each core. For <see cref="Parallel"/>.</summary>
    public int? InterOpThreads { get; set; }

    /// <summary>Whether independent operators of one run may run side by side.</summary>
    public bool Parallel { get; set; }

    /// <summary>How far the graph is rewritten while loading.</summary>
    public GraphOptimization Optimization { get; set; } = GraphOptimization.All;

    /// <summary>Whether freed memory is kept for the next run, which is faster and never shrinks.</summary>
    public bool MemoryArena { get; set; } = true;

    /// <summary>Whether a shape's memory layout is remembered and allocated at once when it comes again.</summary>
    public bool MemoryPattern { get; set; } = true;

    /// <summary>Whether idle threads spin before they sleep: quicker answers for more processor time.</summary>
    public bool IntraOpSpinning { get; set; } = true;

    /// <summary>Configuration entries by ONNX Runtime's keys; they win over the properties.</summary>
    public IDictionary<string, string> Configuration { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Checks every value.</summary>
    /// <exception cref="PgEmbedException">A value is out of its range.</exception>
    public void Validate()
    {
        ValidateThreads(nameof(IntraOpThreads), IntraOpThreads);
        ValidateThreads(nameof(InterOpThreads), InterOpThreads);
        if (!Enum.IsDefined(Optimization))
        {
            throw new PgEmbedException(
                $"{nameof(Optimization)} is {Optimization}, which is not a level.",
                $"Use one of {string.Join(", ", Enum.GetNames<GraphOptimization>())}.");
        }

        foreach (var (key, value) in Configuration)
        {
            if (string.IsNullOrEmpty(key) || value is null || key.Contains('\0') || value.Contains('\0'))
            {
                throw new PgEmbedException(
                    $"The configuration entry '{key}' has an empty key, no value, or a NUL character.");
            }
        }
    }

    /// <summary>The options as an object of ONNX Runtime.</summary>
    /// <exception cref="OnnxRuntimeException">The library refuses one of them.</exception>
    internal unsafe OrtHandle Create(OrtApi api)
    {
        const string Failed = "The session options cannot be set";
        nint options;
        api.Check(api.CreateSessionOptions(&options), Failed);
        var handle = new OrtHandle(options, api.ReleaseSessionOptions);
        try
        {
            if (IntraOpThreads is { } intraOpThreads)
                api.Check(api.SetIntraOpNumThreads(options, intraOpThreads), Failed);
            if (InterOpThreads is { } interOpThreads)
                api.Check(api.SetInterOpNumThreads(options, interOpThreads), Failed);
            api.Check(api.SetSessionExecutionMode(options, Parallel ? 1 : 0), Failed);
            api.Check(api.SetSessionGraphOptimizationLevel(options, (int)Optimization), Failed);
            api.Check(MemoryArena ? api.EnableCpuMemArena(options) : api.DisableCpuMemArena(options), Failed);
            api.Check(MemoryPattern ? api.EnableMemPattern(options) : api.DisableMemPattern(options), Failed);
            if (!Configuration.ContainsKey(SpinningKey))
                AddConfiguration(api, options, SpinningKey, IntraOpSpinning ? "1" : "0");
            foreach (var (key, value) in Configuration)
                AddConfiguration(api, options, key, value);
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    private static unsafe void AddConfiguration(OrtApi api, nint options, string key, string value)
    {
        fixed (byte* nativeKey = NativeText.ZeroTerminated(key), nativeValue = NativeText.ZeroTerminated(value))
        {
            api.Check(
                api.AddSessionConfigEntry(options, nativeKey, nativeValue),
                $"The configuration entry '{key}' cannot be set");
        }
    }

    private static void ValidateThreads(string name, int? threads)
    {
        if (threads is < 1 or > MaxThreads)
        {
            throw new PgEmbedException(
                $"{name} is {threads}; it must be between 1 and {MaxThreads}.",
                "Leave it unset for the library's default.");
        }
    }
}
