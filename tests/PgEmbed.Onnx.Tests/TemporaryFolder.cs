namespace PgEmbed.Onnx.Tests;

/// <summary>A folder that is deleted with the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("pgembed-test-").FullName;

    public string File(string path) => System.IO.Path.Combine(Path, path);

    public void Write(string path, string content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(path))!);
        System.IO.File.WriteAllText(File(path), content);
    }

    public void Write(string path, byte[] content)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(File(path))!);
        System.IO.File.WriteAllBytes(File(path), content);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
