using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace PgEmbed.Migrations;

/// <summary>
/// The functions of <c>sql/functions/</c>. They are not versioned one by one: whenever their text differs from what
/// the database was given, recorded as the setting <c>functions</c>, all are created or replaced, and those that are
/// no more are dropped.
/// </summary>
internal static partial class SqlFunctions
{
    /// <summary>Their files, one below the other, with the token for the extension's schema.</summary>
    internal static string Text { get; } = string.Join('\n', EmbeddedSql.List("functions").Select(EmbeddedSql.Read));

    /// <summary>SHA-256 of <see cref="Text"/> in lower-case hexadecimal.</summary>
    internal static string Fingerprint { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Text)));

    /// <summary>Their signatures as DROP FUNCTION wants them, read from each one's COMMENT.</summary>
    internal static IReadOnlyList<string> Signatures { get; } =
        [.. CommentedSignature().Matches(Text).Select(match => match.Groups[1].Value)];

    /// <summary>The value of the setting <c>functions</c> after they were installed.</summary>
    internal static string Setting { get; } =
        JsonSerializer.Serialize(new { fingerprint = Fingerprint, signatures = Signatures });

    [GeneratedRegex(@"^COMMENT ON FUNCTION (.+) IS$", RegexOptions.Multiline)]
    private static partial Regex CommentedSignature();
}
