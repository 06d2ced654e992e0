using System.Data.Common;
using System.Linq.Expressions;
using System.Reflection;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// Builds the expressions that make values and rows of a reader. A row is made through the constructor that takes the most
/// mapped properties by name and type (a record's), and the setters of the rest. A constructor's parameter that is left
/// out of the mapping gets its default.
/// </summary>
internal static class RowReader
{
    private static readonly MethodInfo IsNull = typeof(DbDataReader).GetMethod(nameof(DbDataReader.IsDBNull))!;

    /// <summary>The value of a column as its property has it.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="ordinal">The column's place in it, an int.</param>
    /// <param name="property">The property.</param>
    public static Expression Value(Expression reader, Expression ordinal, PropertyColumn property)
    {
        var type = property.Property.PropertyType;
        Expression value = Expression.Call(
            reader, nameof(DbDataReader.GetFieldValue), [property.Conversion.WireType], ordinal);
        if (property.Conversion.FromColumn is { } convert)
            value = Expression.Invoke(Expression.Constant(convert), Expression.Convert(value, typeof(object)));
        var nullable = !type.IsValueType || Nullable.GetUnderlyingType(type) is not null;
        return Expression.Condition(
            Expression.Call(reader, IsNull, ordinal),
            nullable
                ? Expression.Default(type)
                : Expression.Throw(Expression.Call(typeof(RowReader), nameof(Null), null, Expression.Constant(property)), type),
            value.Type == type ? value : Expression.Convert(value, type));
    }

    /// <summary>A row made of values.</summary>
    /// <param name="properties">The mapped properties.</param>
    /// <param name="values">The value of each.</param>
    /// <exception cref="PgEmbedException">The type can't be made of them.</exception>
    public static Expression Row<T>(IReadOnlyList<PropertyColumn> properties, IReadOnlyList<Expression> values)
    {
        var left = CollectionMapping<T>.PropertiesOfType.Select(p => p.Name)
            .Except(properties.Select(p => p.Property.Name)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var constructor = typeof(T)
            .GetConstructors(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic)
            .Where(c => c.GetParameters().All(p => Position(p) >= 0 || p.HasDefaultValue || left.Contains(p.Name!)))
            .OrderByDescending(c => c.IsPublic)
            .ThenByDescending(c => c.GetParameters().Count(p => Position(p) >= 0))
            .FirstOrDefault();
        if (constructor is null && !typeof(T).IsValueType)
            throw new PgEmbedException(
                $"Expected {typeof(T).Name} to have a constructor without parameters, or one whose parameters "
                + "are its mapped properties by name; found neither.");
        var parameters = constructor?.GetParameters() ?? [];
        var made = constructor is null
            ? Expression.New(typeof(T))
            : Expression.New(constructor, parameters.Select(Argument));
        var bindings = properties
            .Select((p, i) => (p.Property, Index: i))
            .Where(p => SetterOf(p.Property) is not null && !parameters.Any(parameter => Position(parameter) == p.Index))
            .Select(p => Expression.Bind(SetterOf(p.Property)!, values[p.Index]));
        return Expression.MemberInit(made, bindings);

        int Position(ParameterInfo parameter)
        {
            for (var i = 0; i < properties.Count; i++)
            {
                if (string.Equals(properties[i].Property.Name, parameter.Name, StringComparison.OrdinalIgnoreCase)
                    && properties[i].Property.PropertyType == parameter.ParameterType)
                    return i;
            }

            return -1;
        }

        Expression Argument(ParameterInfo parameter) => Position(parameter) switch
        {
            >= 0 and var position => values[position],
            _ when parameter is { HasDefaultValue: true, DefaultValue: { } value } =>
                Expression.Constant(value, parameter.ParameterType),
            _ => Expression.Default(parameter.ParameterType),
        };
    }

    // A base class's private setter is seen only through the class that declares it.
    private static PropertyInfo? SetterOf(PropertyInfo property) =>
        property.SetMethod is not null
            ? property
            : property.DeclaringType!.GetProperty(
                property.Name, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic) is { SetMethod: not null } own
                ? own
                : null;

    private static PgEmbedException Null(PropertyColumn property) => new(
        $"Expected a value in column {SqlName.Quote(property.Column.Name)}, found NULL: {property} can't be null.",
        $"Make it {property.Property.PropertyType.Name}?.");
}
