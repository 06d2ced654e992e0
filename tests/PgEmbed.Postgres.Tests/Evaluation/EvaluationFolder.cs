using System.IO.Compression;
using System.Text;

namespace PgEmbed.Postgres.Tests.Evaluation;

/// <summary>A folder for the files of one test.</summary>
internal sealed class EvaluationFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pgembed-eval-");

    public string File(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public string Write(string name, byte[] content)
    {
        System.IO.File.WriteAllBytes(File(name), content);
        return File(name);
    }

    public string WritePacked(string name, string content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionMode.Compress))
            gzip.Write(Encoding.UTF8.GetBytes(content));
        return Write(name, packed.ToArray());
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
