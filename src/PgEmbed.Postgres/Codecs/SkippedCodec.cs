namespace PgEmbed.Postgres.Codecs;

/// <summary>A codec that can't be used for a collection.</summary>
/// <param name="Codec">The codec.</param>
/// <param name="Reason">Why not.</param>
public sealed record SkippedCodec(string Codec, string Reason);
