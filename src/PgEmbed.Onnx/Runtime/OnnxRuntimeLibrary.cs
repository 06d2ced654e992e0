using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace PgEmbed.Onnx.Runtime;

/// <summary>ONNX Runtime's native library, found and loaded once, when it is first needed.</summary>
/// <remarks>
/// It is looked for at <c>PGEMBED_ONNXRUNTIME</c> (a file or a folder; when set, nothing else is tried), in the
/// application's <c>runtimes/&lt;platform&gt;/native</c> and own folder, in <c>artifacts/native/&lt;platform&gt;</c> at
/// or above the application's folder and the current directory, then by its name in the system's places.
/// </remarks>
public static class OnnxRuntimeLibrary
{
    internal const string PathVariable = "PGEMBED_ONNXRUNTIME";

    private static readonly Lock Loading = new();
    private static OrtLibrary? _library;
    private static volatile ILogger _logger = NullLogger.Instance;

    /// <summary>The file that is loaded; a bare name where the system found it under that name.</summary>
    /// <exception cref="OnnxRuntimeNotFoundException">No library can be loaded.</exception>
    public static string Path => Library.File;

    /// <summary>The library's version, such as <c>1.30.0</c>.</summary>
    /// <exception cref="OnnxRuntimeNotFoundException">No library can be loaded.</exception>
    public static string Version => Library.Version;

    /// <summary>Takes the library's own warnings and errors; at first they are dropped.</summary>
    public static ILogger Logger
    {
        get => _logger;
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            _logger = value;
        }
    }

    // A failure is not kept: the next call looks again, so that a mended setting is found.
    internal static OrtLibrary Library
    {
        get
        {
            if (Volatile.Read(ref _library) is { } loaded)
                return loaded;
            lock (Loading)
                return _library ??= OrtLibrary.Load(OrtLibrarySearch.Current());
        }
    }

    /// <summary>
    /// The files and folders where the library is looked for, in order, then the names that the system is asked for.
    /// </summary>
    public static IReadOnlyList<string> SearchPath() => OrtLibrarySearch.Current().Places();
}
