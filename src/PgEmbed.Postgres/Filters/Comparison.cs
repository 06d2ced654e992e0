using System.Linq.Expressions;

namespace PgEmbed.Postgres.Filters;

/// <summary>A comparison operator, with what it becomes under negation and with its sides swapped.</summary>
internal sealed record Comparison(string Sql)
{
    public static Comparison Equal { get; } = new("=");

    public static Comparison NotEqual { get; } = new("<>");

    /// <summary>Whether it is = or &lt;&gt;.</summary>
    public bool IsEquality => Sql is "=" or "<>";

    /// <summary>Whether its left side is the greater one.</summary>
    public bool IsGreater => Sql is ">" or ">=";

    public Comparison Negated => new(Sql switch
    {
        "=" => "<>",
        "<>" => "=",
        "<" => ">=",
        "<=" => ">",
        ">" => "<=",
        _ => "<",
    });

    public Comparison Swapped => new(Sql switch
    {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        _ => Sql,
    });

    public static Comparison? Of(ExpressionType type) => type switch
    {
        ExpressionType.Equal => Equal,
        ExpressionType.NotEqual => NotEqual,
        ExpressionType.LessThan => new("<"),
        ExpressionType.LessThanOrEqual => new("<="),
        ExpressionType.GreaterThan => new(">"),
        ExpressionType.GreaterThanOrEqual => new(">="),
        _ => null,
    };
}
