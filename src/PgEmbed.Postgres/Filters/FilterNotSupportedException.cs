using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>A part of a C# filter that has no translation into SQL. It is never run on the client instead.</summary>
public sealed class FilterNotSupportedException : PgEmbedException
{
    internal const string WayRound =
        "Write this part in SQL: SqlFilter.From($\"…\").Matches(row) may stand in its place, joined by && and ||.";

    /// <summary>Creates the exception.</summary>
    /// <param name="expression">The part that can't be translated.</param>
    /// <param name="remedy">Why, and a way round; one by SQL is added.</param>
    public FilterNotSupportedException(Expression expression, string? remedy = null)
        : this(Describe(expression), remedy)
    {
    }

    internal FilterNotSupportedException(string part, string? remedy)
        : base(
            $"Expected a filter that can be translated into SQL, got '{part}'.",
            remedy is null ? WayRound : $"{remedy} {WayRound}")
    {
    }

    // The text of a huge expression helps nobody, and takes as much stack as it is deep.
    private static string Describe(Expression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        const int most = 300;
        var text = expression.ToString();
        return text.Length <= most ? text : text[..most] + "…";
    }
}
