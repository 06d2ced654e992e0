using PgEmbed.Onnx.Hub;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>A library that goes with the test, in a folder of its own beside which nothing may appear.</summary>
internal sealed class LibraryFolder : IDisposable
{
    private readonly string _parent = Directory.CreateTempSubdirectory("pgembed-test-").FullName;

    public LibraryFolder() => Library = new ModelLibrary(Path.Combine(_parent, "models"));

    public ModelLibrary Library { get; }

    /// <summary>A path beside the library.</summary>
    public string Beside(string name) => Path.Combine(_parent, name);

    /// <summary>Every file under the library's parent, relative to it, locks left out.</summary>
    public List<string> Everything() =>
    [
        .. Directory.EnumerateFiles(_parent, "*", SearchOption.AllDirectories)
            .Select(path => Path.GetRelativePath(_parent, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith("models/.locks/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    public void Dispose() => Directory.Delete(_parent, recursive: true);
}
