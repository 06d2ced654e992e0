using System.Security.Cryptography;
using System.Text;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// What a hub says of a file's content: the SHA-256 of a large file, which is kept outside git, and git's own object id
/// of a small one, the SHA-1 of <c>blob SIZE\0</c> and the content.
/// </summary>
/// <param name="Hex">64 lower-case hexadecimal digits for SHA-256, 40 for git's id.</param>
internal sealed record FileChecksum(string Hex)
{
    private const int Sha256Digits = 64;
    private const int GitDigits = 40;

    /// <summary>Reads a checksum, as it stands in the hub's list or in an ETag; null where it is none.</summary>
    public static FileChecksum? Parse(string? text)
    {
        var hex = text?.Trim('"').ToLowerInvariant();
        return hex is { Length: Sha256Digits or GitDigits } && hex.All(char.IsAsciiHexDigit) ? new(hex) : null;
    }

    /// <summary>Whether a file has this content.</summary>
    public async Task<bool> MatchesAsync(string path, CancellationToken cancellationToken) =>
        await OfFileAsync(path, cancellationToken).ConfigureAwait(false) == Hex;

    /// <summary>A file's checksum of the same kind.</summary>
    public async Task<string> OfFileAsync(string path, CancellationToken cancellationToken)
    {
        var file = File.OpenRead(path);
        await using var _ = file.ConfigureAwait(false);
        using var hash = IncrementalHash.CreateHash(
            Hex.Length == Sha256Digits ? HashAlgorithmName.SHA256 : HashAlgorithmName.SHA1);
        if (Hex.Length == GitDigits)
            hash.AppendData(Encoding.ASCII.GetBytes(FormattableString.Invariant($"blob {file.Length}\0")));
        var buffer = new byte[1 << 17];
        while (await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
            hash.AppendData(buffer.AsSpan(0, read));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
