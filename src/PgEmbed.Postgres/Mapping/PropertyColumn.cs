using System.Reflection;

namespace PgEmbed.Postgres.Mapping;

/// <summary>A property of a row type and the column it stands for.</summary>
/// <param name="Property">The property.</param>
/// <param name="Column">The column's name.</param>
internal sealed record PropertyColumn(PropertyInfo Property, string Column);
