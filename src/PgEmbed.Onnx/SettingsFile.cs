namespace PgEmbed.Onnx;

/// <summary>A model's files that are read whole: settings, vocabularies, tokenizers.</summary>
internal static class SettingsFile
{
    /// <summary>The most bytes of one; those of the largest vocabularies have a quarter of it.</summary>
    public const int MaxBytes = 128 << 20;

    /// <summary>Reads a file.</summary>
    /// <exception cref="PgEmbedException">It can't be read, or is too large to be what it should be.</exception>
    public static byte[] ReadAllBytes(string path)
    {
        try
        {
            var bytes = new FileInfo(path).Length;
            return bytes <= MaxBytes
                ? File.ReadAllBytes(path)
                : throw new PgEmbedException(
                    $"{path} has {bytes} bytes, expected at most {MaxBytes}.", "It is no such file: fetch it again.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PgEmbedException($"{path} can't be read: {e.Message}", innerException: e);
        }
    }
}
