using System.Linq.Expressions;
using System.Reflection;

namespace PgEmbed.Postgres.Filters;

/// <summary>
/// Computes the parts of a filter that don't depend on the row: captured variables, fields, calls. Within one filter the
/// clock stands still, so that two readings of it are the same instant.
/// </summary>
internal sealed class ClientValue : ExpressionVisitor
{
    private static readonly Type[] Clocks = [typeof(DateTime), typeof(DateTimeOffset)];

    private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

    /// <summary>The value of an expression.</summary>
    public object? Of(Expression expression)
    {
        switch (expression)
        {
            case ConstantExpression constant:
                return constant.Value;
            case MemberExpression { Member: FieldInfo { IsStatic: true } field }:
                return field.GetValue(null);
            case MemberExpression { Member: FieldInfo field, Expression: ConstantExpression { Value: { } closure } }:
                return field.GetValue(closure);
            case UnaryExpression { NodeType: ExpressionType.Convert, Operand: { } operand, Method: null } convert
                when convert.Type.IsAssignableFrom(operand.Type):
                return Of(operand);
            default:
                return Expression.Lambda<Func<object?>>(Expression.Convert(Visit(expression), typeof(object)))
                    .Compile(preferInterpretation: true)();
        }
    }

    protected override Expression VisitMember(MemberExpression node) =>
        node.Expression is null && Clocks.Contains(node.Member.DeclaringType) && Now(node) is { } now
            ? Expression.Constant(now, node.Type)
            : base.VisitMember(node);

    private object? Now(MemberExpression node) => (node.Member.Name, node.Type == typeof(DateTime)) switch
    {
        (nameof(DateTime.UtcNow), true) => _now.UtcDateTime,
        (nameof(DateTime.Now), true) => _now.LocalDateTime,
        (nameof(DateTime.Today), true) => _now.LocalDateTime.Date,
        (nameof(DateTimeOffset.UtcNow), false) => _now,
        (nameof(DateTimeOffset.Now), false) => _now.ToLocalTime(),
        _ => null,
    };
}
