namespace PgEmbed.Postgres.Hybrid;

/// <summary>What building a text index came to.</summary>
/// <param name="Made">Whether it was not there before.</param>
/// <param name="Texts">How many texts were written.</param>
/// <param name="Terms">How many different lexemes all its texts have.</param>
public sealed record TextIndexResult(bool Made, long Texts, long Terms);
