using System.Linq.Expressions;

namespace PgEmbed.Postgres.Tests.Filters;

/// <summary>What C# says of a row. Integers are computed checked: a sum that wraps round is not held against the true one.</summary>
internal sealed class Outcome : ExpressionVisitor
{
    private readonly Func<Product, bool> _filter;

    public Outcome(Expression<Func<Product, bool>> filter) =>
        _filter = ((Expression<Func<Product, bool>>)Visit(filter)).Compile();

    /// <summary>True, false, or null where C# throws: on null, on overflow, on a missing property.</summary>
    public bool? Of(Product row)
    {
        try
        {
            return _filter(row);
        }
        catch (Exception e) when (e is NullReferenceException or InvalidOperationException or ArgumentException
            or ArithmeticException or KeyNotFoundException or IndexOutOfRangeException or FormatException)
        {
            return null;
        }
    }

    protected override Expression VisitBinary(BinaryExpression node)
    {
        var left = Visit(node.Left);
        var right = Visit(node.Right);
        return node.Method is not null ? node.Update(left, (LambdaExpression?)Visit(node.Conversion), right) : node.NodeType switch
        {
            ExpressionType.Add => Expression.AddChecked(left, right),
            ExpressionType.Subtract => Expression.SubtractChecked(left, right),
            ExpressionType.Multiply => Expression.MultiplyChecked(left, right),
            _ => node.Update(left, (LambdaExpression?)Visit(node.Conversion), right),
        };
    }
}
