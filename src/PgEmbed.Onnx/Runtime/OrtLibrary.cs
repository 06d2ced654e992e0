using System.Diagnostics;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace PgEmbed.Onnx.Runtime;

/// <summary>The loaded library with what lives as long as the process: its environment and allocator.</summary>
/// <remarks>
/// Neither is ever released, nor is the library unloaded: its threads may outlive every session, and releasing the
/// environment under a run that has not ended would crash the process on its way out.
/// </remarks>
internal sealed unsafe partial class OrtLibrary
{
    private const int WarningLevel = 2;
    private const int DeviceAllocator = 0;
    private const int DefaultMemory = 0;

    private OrtLibrary(string file, string version, OrtApi api)
    {
        File = file;
        Version = version;
        Api = api;
        nint environment, memory, allocator;
        fixed (byte* name = "pgembed\0"u8)
            api.Check(api.CreateEnvWithCustomLogger(&Log, 0, WarningLevel, name, &environment), "No environment");

        // A build without telemetry may refuse to switch it off, which is just as well.
        _ = api.Failure(api.DisableTelemetryEvents(environment), "Telemetry cannot be switched off");
        api.Check(api.CreateCpuMemoryInfo(DeviceAllocator, DefaultMemory, &memory), "No memory description");
        api.Check(api.GetAllocatorWithDefaultOptions(&allocator), "No allocator");
        Environment = environment;
        CpuMemory = memory;
        Allocator = allocator;
    }

    public string File { get; }

    public string Version { get; }

    public OrtApi Api { get; }

    public nint Environment { get; }

    public nint CpuMemory { get; }

    public nint Allocator { get; }

    /// <summary>Loads the first library of a search that can be used.</summary>
    /// <param name="search">Where to look.</param>
    /// <param name="apiVersion">The version of the table that the library must have.</param>
    /// <exception cref="OnnxRuntimeNotFoundException">There is none.</exception>
    public static OrtLibrary Load(OrtLibrarySearch search, uint apiVersion = OrtApi.Version)
    {
        var tried = new List<string>();
        foreach (var place in search.Places())
        {
            var byName = search.SystemNames.Contains(place);
            IReadOnlyList<string> files = byName ? [place] : OrtLibrarySearch.FilesAt(place);
            if (files.Count == 0)
                tried.Add($"{place}: {(Directory.Exists(place) ? "no library in this folder" : "does not exist")}");
            foreach (var file in files)
            {
                if (TryLoad(file, apiVersion, out var reason) is { } library)
                    return library;
                tried.Add($"{file}: {reason}");
            }
        }

        var names = string.Join(" or ", OrtLibrarySearch.Names);
        throw new OnnxRuntimeNotFoundException(
            search.Setting is null
                ? $"ONNX Runtime's native library ({names}) was not found."
                : $"{OnnxRuntimeLibrary.PathVariable} is '{search.Setting}', "
                    + $"but there is no ONNX Runtime library ({names}) that can be used.",
            tried);
    }

    private static OrtLibrary? TryLoad(string file, uint apiVersion, out string reason)
    {
        if (!TryOpen(file, out var library, out reason))
            return null;
        if (!NativeLibrary.TryGetExport(library, "OrtGetApiBase", out var getApiBase))
        {
            NativeLibrary.Free(library);
            reason = "not ONNX Runtime: it has no function OrtGetApiBase";
            return null;
        }

        var apiBase = ((delegate* unmanaged<nint*>)getApiBase)();
        var version = NativeText.Read(((delegate* unmanaged<byte*>)apiBase[1])());
        var table = ((delegate* unmanaged<uint, nint*>)apiBase[0])(apiVersion);
        if (table is null)
        {
            NativeLibrary.Free(library);
            reason = $"ONNX Runtime {version}; 1.{apiVersion} or newer is needed";
            return null;
        }

        return new OrtLibrary(file, version, new OrtApi(table));
    }

    private static bool TryOpen(string file, out nint library, out string reason)
    {
        reason = "the system does not have it";
        if (!Path.IsPathRooted(file))
            return NativeLibrary.TryLoad(file, typeof(OrtLibrary).Assembly, searchPath: null, out library);
        try
        {
            library = NativeLibrary.Load(file);
            return true;
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            // After general advice, where there is any, the last line is the system's own.
            reason = e.Message.TrimEnd().Split('\n')[^1].Replace($"{file}: ", "", StringComparison.Ordinal);
            library = 0;
            return false;
        }
    }

    [UnmanagedCallersOnly]
    private static void Log(nint context, int severity, byte* category, byte* id, byte* location, byte* message)
    {
        try
        {
            var level = LevelOf(severity);
            var text = NativeText.Read(message);
            var place = NativeText.Read(location);
            Report(OnnxRuntimeLibrary.Logger, level, text, place);
        }
        catch (Exception e)
        {
            // An exception must not leave a function that native code called: it would end the process.
            Trace.TraceError($"The logger of ONNX Runtime failed: {e}");
        }
    }

    [LoggerMessage(Message = "{Message} ({Location})")]
    private static partial void Report(ILogger logger, LogLevel level, string message, string location);

    private static LogLevel LevelOf(int severity) => severity switch
    {
        0 => LogLevel.Trace,
        1 => LogLevel.Information,
        2 => LogLevel.Warning,
        3 => LogLevel.Error,
        _ => LogLevel.Critical,
    };
}
