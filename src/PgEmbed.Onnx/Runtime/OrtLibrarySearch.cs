using System.Runtime.InteropServices;

namespace PgEmbed.Onnx.Runtime;

/// <summary>Where ONNX Runtime's native library is looked for.</summary>
/// <param name="Setting">The value of <see cref="OnnxRuntimeLibrary.PathVariable"/>: a file or a folder.</param>
/// <param name="ApplicationFolder">The folder of the running application.</param>
/// <param name="WorkingFolder">The current directory, which a relative setting starts from; null where there is none.</param>
internal sealed record OrtLibrarySearch(string? Setting, string ApplicationFolder, string? WorkingFolder)
{
    /// <summary>This platform as NuGet names it, such as <c>linux-x64</c>.</summary>
    /// <remarks>RuntimeInformation.RuntimeIdentifier names the distribution where that built .NET itself.</remarks>
    public static string Platform { get; } =
        (OperatingSystem.IsWindows() ? "win" : OperatingSystem.IsMacOS() ? "osx" : "linux")
        + $"-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";

    /// <summary>The names under which the system may know the library.</summary>
    public static IReadOnlyList<string> Names { get; } =
        OperatingSystem.IsWindows() ? ["onnxruntime.dll"]
        : OperatingSystem.IsMacOS() ? ["libonnxruntime.dylib"]
        : ["libonnxruntime.so.1", "libonnxruntime.so"];

    /// <summary>The names to ask the system for.</summary>
    public IReadOnlyList<string> SystemNames { get; init; } = Names;

    private static string Pattern =>
        OperatingSystem.IsWindows() ? "onnxruntime.dll"
        : OperatingSystem.IsMacOS() ? "libonnxruntime.*dylib"
        : "libonnxruntime.so*";

    /// <summary>The search as this process's environment has it now.</summary>
    public static OrtLibrarySearch Current()
    {
        string? workingFolder;
        try
        {
            workingFolder = Environment.CurrentDirectory;
        }
        catch (IOException)
        {
            // The folder was deleted under the process.
            workingFolder = null;
        }

        var setting = Environment.GetEnvironmentVariable(OnnxRuntimeLibrary.PathVariable);
        return new OrtLibrarySearch(
            string.IsNullOrWhiteSpace(setting) ? null : setting, AppContext.BaseDirectory, workingFolder);
    }

    /// <summary>
    /// The files and folders to try, in order, then the names to ask the system for; a setting is tried alone. The
    /// current directory is not among them: a library planted in a folder must not run because someone stands in it.
    /// </summary>
    public IReadOnlyList<string> Places()
    {
        if (Setting is not null)
            return [Path.GetFullPath(Setting, WorkingFolder ?? ApplicationFolder)];
        string[] application = [Path.Combine(ApplicationFolder, "runtimes", Platform, "native"), ApplicationFolder];
        return [.. application
            .Concat(AtOrAbove(ApplicationFolder)
                .Select(folder => Path.Combine(folder, "artifacts", "native", Platform)))
            .Select(Path.TrimEndingDirectorySeparator)
            .Distinct(StringComparer.Ordinal)
            .Concat(SystemNames)];
    }

    /// <summary>The library files at a place; none where there is no such place or it holds none.</summary>
    public static IReadOnlyList<string> FilesAt(string place)
    {
        if (File.Exists(place))
            return [place];
        if (!Directory.Exists(place))
            return [];
        var options = new EnumerationOptions { IgnoreInaccessible = true };
        return [.. Directory.EnumerateFiles(place, Pattern, options).Order(StringComparer.Ordinal)];
    }

    private static IEnumerable<string> AtOrAbove(string application)
    {
        for (string? folder = application;
            folder is not null;
            folder = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(folder)))
            yield return folder;
    }
}
