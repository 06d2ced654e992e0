namespace PgEmbed.Postgres.Filters;

/// <summary>One side of a comparison, or an argument: a value known beforehand, or something that depends on the row.</summary>
/// <param name="Type">Its type in C#, without <see cref="Nullable{T}"/>.</param>
internal abstract record Operand(Type Type);
