namespace PgEmbed.Postgres.Filters;

/// <summary>A value known beforehand: it becomes a parameter once it is known what it meets.</summary>
/// <param name="Value">The value.</param>
/// <param name="Type">Its type in C#, without <see cref="Nullable{T}"/>.</param>
internal sealed record ClientOperand(object? Value, Type Type) : Operand(Type);
