namespace PgEmbed.Onnx.Runtime;

/// <summary>The functions of ONNX Runtime's C API that are used here.</summary>
/// <remarks>
/// The library exports one function, <c>OrtGetApiBase</c>. Its result has two function pointers,
/// <c>GetApi(version)</c> and <c>GetVersionString()</c>; GetApi returns one table of function pointers that only
/// ever grows at its end, so a slot keeps its number in every later version. The numbers below are positions in
/// <c>struct OrtApi</c> of onnxruntime_c_api.h; the library's own build asserts the fixed points among them
/// (ReleaseCustomOpDomain is 101, SetGlobalSpinControl 149, CreateSessionFromArrayWithPrepackedWeightsContainer 169).
/// A function that can fail returns a status: null, or an object to be read and released by <see cref="Check"/>.
/// The calling convention is the platform's default one, which is what the header asks for.
/// </remarks>
internal sealed unsafe class OrtApi(nint* table)
{
    /// <summary>The version of the table that is asked for: the oldest library taken is 1.16 (2023).</summary>
    public const uint Version = 16;

    public readonly delegate* unmanaged<
        delegate* unmanaged<nint, int, byte*, byte*, byte*, byte*, void>, nint, int, byte*, nint*, nint>
        CreateEnvWithCustomLogger = (delegate* unmanaged<
            delegate* unmanaged<nint, int, byte*, byte*, byte*, byte*, void>, nint, int, byte*, nint*, nint>)table[4];

    public readonly delegate* unmanaged<nint, nint> DisableTelemetryEvents =
        (delegate* unmanaged<nint, nint>)table[6];

    public readonly delegate* unmanaged<nint, void*, nint, nint*, nint> CreateSession =
        (delegate* unmanaged<nint, void*, nint, nint*, nint>)table[7];

    public readonly delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint> CreateSessionFromArray =
        (delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)table[8];

    public readonly delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint> Run =
        (delegate* unmanaged<nint, nint, nint*, nint*, nuint, nint*, nuint, nint*, nint>)table[9];

    public readonly delegate* unmanaged<nint*, nint> CreateSessionOptions =
        (delegate* unmanaged<nint*, nint>)table[10];

    public readonly delegate* unmanaged<nint, int, nint> SetSessionExecutionMode =
        (delegate* unmanaged<nint, int, nint>)table[13];

    public readonly delegate* unmanaged<nint, nint> EnableMemPattern = (delegate* unmanaged<nint, nint>)table[16];
    public readonly delegate* unmanaged<nint, nint> DisableMemPattern = (delegate* unmanaged<nint, nint>)table[17];
    public readonly delegate* unmanaged<nint, nint> EnableCpuMemArena = (delegate* unmanaged<nint, nint>)table[18];
    public readonly delegate* unmanaged<nint, nint> DisableCpuMemArena = (delegate* unmanaged<nint, nint>)table[19];

    public readonly delegate* unmanaged<nint, int, nint> SetSessionGraphOptimizationLevel =
        (delegate* unmanaged<nint, int, nint>)table[23];

    public readonly delegate* unmanaged<nint, int, nint> SetIntraOpNumThreads =
        (delegate* unmanaged<nint, int, nint>)table[24];

    public readonly delegate* unmanaged<nint, int, nint> SetInterOpNumThreads =
        (delegate* unmanaged<nint, int, nint>)table[25];

    public readonly delegate* unmanaged<nint, nuint*, nint> SessionGetInputCount =
        (delegate* unmanaged<nint, nuint*, nint>)table[30];

    public readonly delegate* unmanaged<nint, nuint*, nint> SessionGetOutputCount =
        (delegate* unmanaged<nint, nuint*, nint>)table[31];

    public readonly delegate* unmanaged<nint, nuint, nint*, nint> SessionGetInputTypeInfo =
        (delegate* unmanaged<nint, nuint, nint*, nint>)table[33];

    public readonly delegate* unmanaged<nint, nuint, nint*, nint> SessionGetOutputTypeInfo =
        (delegate* unmanaged<nint, nuint, nint*, nint>)table[34];

    public readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetInputName =
        (delegate* unmanaged<nint, nuint, nint, byte**, nint>)table[36];

    public readonly delegate* unmanaged<nint, nuint, nint, byte**, nint> SessionGetOutputName =
        (delegate* unmanaged<nint, nuint, nint, byte**, nint>)table[37];

    public readonly delegate* unmanaged<nint*, nint> CreateRunOptions = (delegate* unmanaged<nint*, nint>)table[39];

    public readonly delegate* unmanaged<nint, byte*, nint> RunOptionsSetRunTag =
        (delegate* unmanaged<nint, byte*, nint>)table[42];

    public readonly delegate* unmanaged<nint, nint> RunOptionsSetTerminate =
        (delegate* unmanaged<nint, nint>)table[46];

    public readonly delegate* unmanaged<nint, nint> RunOptionsUnsetTerminate =
        (delegate* unmanaged<nint, nint>)table[47];

    public readonly delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>
        CreateTensorWithDataAsOrtValue =
            (delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)table[49];

    public readonly delegate* unmanaged<nint, int*, nint> IsTensor = (delegate* unmanaged<nint, int*, nint>)table[50];

    public readonly delegate* unmanaged<nint, void**, nint> GetTensorMutableData =
        (delegate* unmanaged<nint, void**, nint>)table[51];

    public readonly delegate* unmanaged<nint, nint*, nint> CastTypeInfoToTensorInfo =
        (delegate* unmanaged<nint, nint*, nint>)table[55];

    public readonly delegate* unmanaged<nint, int*, nint> GetTensorElementType =
        (delegate* unmanaged<nint, int*, nint>)table[60];

    public readonly delegate* unmanaged<nint, nuint*, nint> GetDimensionsCount =
        (delegate* unmanaged<nint, nuint*, nint>)table[61];

    public readonly delegate* unmanaged<nint, long*, nuint, nint> GetDimensions =
        (delegate* unmanaged<nint, long*, nuint, nint>)table[62];

    public readonly delegate* unmanaged<nint, byte**, nuint, nint> GetSymbolicDimensions =
        (delegate* unmanaged<nint, byte**, nuint, nint>)table[63];

    public readonly delegate* unmanaged<nint, nint*, nint> GetTensorTypeAndShape =
        (delegate* unmanaged<nint, nint*, nint>)table[65];

    public readonly delegate* unmanaged<int, int, nint*, nint> CreateCpuMemoryInfo =
        (delegate* unmanaged<int, int, nint*, nint>)table[69];

    public readonly delegate* unmanaged<nint, void*, nint> AllocatorFree =
        (delegate* unmanaged<nint, void*, nint>)table[76];

    public readonly delegate* unmanaged<nint*, nint> GetAllocatorWithDefaultOptions =
        (delegate* unmanaged<nint*, nint>)table[78];

    public readonly delegate* unmanaged<nint, void> ReleaseSession = (delegate* unmanaged<nint, void>)table[95];
    public readonly delegate* unmanaged<nint, void> ReleaseValue = (delegate* unmanaged<nint, void>)table[96];
    public readonly delegate* unmanaged<nint, void> ReleaseRunOptions = (delegate* unmanaged<nint, void>)table[97];
    public readonly delegate* unmanaged<nint, void> ReleaseTypeInfo = (delegate* unmanaged<nint, void>)table[98];

    public readonly delegate* unmanaged<nint, void> ReleaseTensorTypeAndShapeInfo =
        (delegate* unmanaged<nint, void>)table[99];

    public readonly delegate* unmanaged<nint, void> ReleaseSessionOptions =
        (delegate* unmanaged<nint, void>)table[100];

    public readonly delegate* unmanaged<nint, byte*, byte*, nint> AddSessionConfigEntry =
        (delegate* unmanaged<nint, byte*, byte*, nint>)table[130];

    public readonly delegate* unmanaged<nint, byte*, byte*, nint> AddRunConfigEntry =
        (delegate* unmanaged<nint, byte*, byte*, nint>)table[165];

    private readonly delegate* unmanaged<nint, int> _getErrorCode = (delegate* unmanaged<nint, int>)table[1];
    private readonly delegate* unmanaged<nint, byte*> _getErrorMessage = (delegate* unmanaged<nint, byte*>)table[2];
    private readonly delegate* unmanaged<nint, void> _releaseStatus = (delegate* unmanaged<nint, void>)table[93];

    /// <summary>Releases a status, and throws it where it is a failure.</summary>
    /// <param name="status">What a function returned.</param>
    /// <param name="failed">What failed, to begin the message with.</param>
    public void Check(nint status, string failed)
    {
        if (Failure(status, failed) is { } failure)
            throw failure;
    }

    /// <summary>Releases a status, and returns it as an exception where it is a failure.</summary>
    public OnnxRuntimeException? Failure(nint status, string failed)
    {
        if (status == 0)
            return null;
        var code = (OnnxErrorCode)_getErrorCode(status);
        var message = NativeText.Read(_getErrorMessage(status));
        _releaseStatus(status);
        return new OnnxRuntimeException(code, $"{failed}: {message.Trim()}");
    }
}
