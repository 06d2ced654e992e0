using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text;

namespace PgEmbed.Postgres.Queries;

/// <summary>
/// A text that is the same for two projections that pick the same: constructors, members and the row's properties by their
/// metadata tokens, which are unique within a module. There is none for one that does anything else.
/// </summary>
internal static class ProjectionKey
{
    public static string? Of(LambdaExpression selector)
    {
        var key = new StringBuilder().Append(selector.Body.Type.TypeHandle.Value);
        return Append(key, selector.Body, selector.Parameters[0]) ? key.ToString() : null;
    }

    private static bool Append(StringBuilder key, Expression expression, ParameterExpression row)
    {
        switch (expression)
        {
            case MemberExpression member when member.Expression == row:
                Append(key.Append('.'), member.Member);
                return true;
            case UnaryExpression { NodeType: ExpressionType.Convert, Method: null } convert:
                key.Append('(').Append(convert.Type.TypeHandle.Value).Append(')');
                return Append(key, convert.Operand, row);
            case NewExpression { Constructor: { } constructor } made:
                Append(key.Append('!'), constructor);
                return made.Arguments.All(argument => Append(key, argument, row));
            case MemberInitExpression init:
                return Append(key, init.NewExpression, row) && init.Bindings.All(binding => Append(key, binding, row));
            default:
                return false;
        }
    }

    private static bool Append(StringBuilder key, MemberBinding binding, ParameterExpression row)
    {
        Append(key.Append('='), binding.Member);
        return binding is MemberAssignment assignment && Append(key, assignment.Expression, row);
    }

    private static void Append(StringBuilder key, MemberInfo member) => key
        .Append(member.DeclaringType!.TypeHandle.Value)
        .Append(':')
        .Append(member.MetadataToken.ToString("x", CultureInfo.InvariantCulture));
}
