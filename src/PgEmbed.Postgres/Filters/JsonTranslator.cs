using System.Globalization;
using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace PgEmbed.Postgres.Filters;

/// <summary>JSON columns: properties of the type that they are read as, and of JsonDocument, JsonElement and JsonNode.</summary>
internal sealed class JsonTranslator(FilterTranslator filter)
{
    /// <summary>Translates a property of an object in JSON; null for any other member.</summary>
    public Operand? Member(MemberExpression member)
    {
        if (Document(member.Expression) is not { } json)
            return null;
        if (json.Type == typeof(JsonDocument))
            return member.Member.Name == nameof(JsonDocument.RootElement) ? json with { Type = typeof(JsonElement) } : null;
        if (json.Type == typeof(JsonElement))
            return member.Member.Name == nameof(JsonElement.ValueKind) ? json.ValueKind() : null;
        if (typeof(System.Collections.IEnumerable).IsAssignableFrom(json.Type))
            return null;
        var name = member.Member.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name ?? member.Member.Name;
        return Value(json.At(name, member.Type), member.Type, member.Member, member);
    }

    /// <summary>Translates an element of an array in JSON; null for any other operator.</summary>
    public Operand? Index(BinaryExpression binary) =>
        binary.NodeType == ExpressionType.ArrayIndex && Document(binary.Left) is { } json
            ? Value(json.At(Step(binary.Right, binary), binary.Type), binary.Type, null, binary)
            : null;

    /// <summary>Translates GetProperty, GetString, GetValue and their like; null for any other call.</summary>
    public Operand? Value(MethodCallExpression call)
    {
        if (Document(call.Object) is not { } json)
            return null;
        return call switch
        {
            { Method.Name: nameof(JsonElement.GetProperty) or "get_Item", Arguments: [var step] } =>
                Value(json.At(Step(step, call), call.Type), call.Type, null, call),
            { Method.Name: nameof(JsonElement.GetString), Arguments: [] } => json.As(typeof(string)),
            { Method.Name: nameof(JsonElement.GetArrayLength), Arguments: [] } => json.Count(),
            { Method.Name: nameof(JsonElement.GetBoolean) or nameof(JsonElement.GetInt16) or nameof(JsonElement.GetInt32)
                or nameof(JsonElement.GetInt64) or nameof(JsonElement.GetDecimal) or nameof(JsonElement.GetDouble)
                or nameof(JsonElement.GetGuid) or nameof(JsonNode.GetValue), Arguments: [] } => json.As(call.Type),
            _ => null,
        };
    }

    /// <summary>Translates ContainsKey; null for any other call.</summary>
    public string? Condition(MethodCallExpression call, bool negated) =>
        call is { Method.Name: nameof(JsonObject.ContainsKey), Arguments: [var key] } && Document(call.Object) is { } json
            ? json.Has(Step(key, call), negated, call)
            : null;

    /// <summary>The place in JSON that an expression is; null where it is none.</summary>
    private JsonTerm? Document(Expression? expression) =>
        expression is null || !RowFinder.DependsOnRow(expression) || expression.Type == typeof(string)
            || expression.Type.IsPrimitive || expression is ParameterExpression
            ? null
            : filter.Value(expression) as JsonTerm;

    private static Operand Value(JsonTerm json, Type type, MemberInfo? member, Expression expression)
    {
        if (json.As(type, member) is { } single)
            return single;
        type = FilterTranslator.Plain(type);
        return type.IsPrimitive || (type.IsValueType && type != typeof(JsonElement) && type.Namespace == nameof(System))
            ? throw new FilterNotSupportedException(
                expression, $"JSON holds values of {type.Name} in more than one form.")
            : json;
    }

    private string Step(Expression step, Expression expression)
    {
        if (RowFinder.DependsOnRow(step))
            throw new FilterNotSupportedException(expression, "The name of a property in JSON must not depend on the row.");
        return filter.Client(step) switch
        {
            string name => ParameterBinder.Text(name, expression),
            int and < 0 => throw new FilterNotSupportedException(expression, "An array begins at 0."),
            int index => index.ToString(CultureInfo.InvariantCulture),
            _ => throw new FilterNotSupportedException(expression, "Expected the name of a property, or a position."),
        };
    }
}
