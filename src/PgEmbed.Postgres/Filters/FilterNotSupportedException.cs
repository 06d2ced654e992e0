using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>A part of a C# filter that has no translation into SQL. It is never run on the client instead.</summary>
public sealed class FilterNotSupportedException : PgEmbedException
{
    /// <summary>Creates the exception.</summary>
    /// <param name="expression">The part that can't be translated.</param>
    /// <param name="remedy">A way round.</param>
    public FilterNotSupportedException(Expression expression, string? remedy = null)
        : base(
            $"Expected a filter that can be translated into SQL, got '{expression}'.",
            remedy ?? "Filters may compare columns with values, join conditions by &&, || and !, test for null, and use "
                + "Contains, StartsWith and EndsWith of a text or Contains of a list.")
    {
    }
}
