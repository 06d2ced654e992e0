namespace PgEmbed.Onnx.Runtime;

/// <summary>Ends a run on behalf of its cancellation token, through options that the run keeps alive.</summary>
internal sealed unsafe class RunTermination(OrtApi api, nint options)
{
    /// <summary>Whether the token has struck.</summary>
    public bool Done { get; private set; }

    public void Terminate()
    {
        Done = true;
        api.Check(api.RunOptionsSetTerminate(options), "The run cannot be terminated");
    }

    /// <summary>Makes the options fit for another run.</summary>
    public void Undo() => api.Check(api.RunOptionsUnsetTerminate(options), "The run options cannot be reset");
}
