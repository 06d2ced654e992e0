namespace PgEmbed.Migrations;

/// <summary>The setting <c>functions</c>: which functions a database was given.</summary>
/// <param name="Fingerprint">SHA-256 over their text, in lower-case hexadecimal.</param>
/// <param name="Signatures">Their signatures as DROP FUNCTION wants them.</param>
internal sealed record FunctionsSetting(string Fingerprint, IReadOnlyList<string> Signatures);
