using System.Data.Common;
using System.Linq.Expressions;
using System.Reflection;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;

namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// A row type bound to the columns of a table: makes rows from a reader, and values from rows. Both ways are compiled
/// once.
/// </summary>
/// <typeparam name="T">The row.</typeparam>
internal sealed class RowMap<T>
{
    private readonly Func<T, object?>[] _getters;
    private readonly Func<NpgsqlDataReader, int, T> _read;

    public RowMap(
        CollectionMapping<T> mapping, CollectionInfo collection, IReadOnlyList<SourceTable>? relatedTables = null)
    {
        Properties = mapping.Properties();
        Columns = [.. Properties.Select(p => collection.Source.Column(p.Column))];
        var columns = new Dictionary<string, SourceColumn>(StringComparer.Ordinal);
        for (var i = 0; i < Properties.Count; i++)
            columns[Properties[i].Property.Name] = Columns[i];
        Table = new FilterTable(
            typeof(T), columns, mapping.Relations.ToDictionary(r => r.Property, r => r.Bind(columns, relatedTables ?? [])));
        _getters = [.. Properties.Select(p => Getter(p.Property))];
        _read = Reader(Properties);
        Keys = [.. collection.KeyColumns.Select(c => IndexOf(c.Name))];
        Texts = [.. collection.TextColumns.Select(c => IndexOf(c.Name))];
        foreach (var text in Texts)
        {
            if (Properties[text].Property.PropertyType != typeof(string))
                throw new PgEmbedException(
                    $"Expected text property {Properties[text].Property.Name} of {typeof(T).Name} as string, "
                    + $"got {Properties[text].Property.PropertyType.Name}.");
        }
    }

    /// <summary>The mapped properties.</summary>
    public IReadOnlyList<PropertyColumn> Properties { get; }

    /// <summary>The column of each property.</summary>
    public IReadOnlyList<SourceColumn> Columns { get; }

    /// <summary>The table as filters use it.</summary>
    public FilterTable Table { get; }

    /// <summary>The positions of the key's properties.</summary>
    public IReadOnlyList<int> Keys { get; }

    /// <summary>The positions of the text's properties.</summary>
    public IReadOnlyList<int> Texts { get; }

    /// <summary>The value of one property of a row.</summary>
    public object? Value(T row, int index) => _getters[index](row);

    /// <summary>The row's key.</summary>
    /// <exception cref="PgEmbedException">A part of it is null.</exception>
    public RowKey Key(T row) => new([.. Keys.Select(index => _getters[index](row)
        ?? throw new PgEmbedException(
            $"Expected a key in every row, got null in {Properties[index].Property.Name}."))]);

    /// <summary>The row's embedded text.</summary>
    public string Text(T row) => EmbeddedText.Join(Texts.Select(index => (string?)_getters[index](row)));

    /// <summary>Makes a row from a reader whose columns are <see cref="Columns"/> from the given position on.</summary>
    public T Read(NpgsqlDataReader reader, int firstColumn) => _read(reader, firstColumn);

    private static Func<T, object?> Getter(PropertyInfo property)
    {
        var row = Expression.Parameter(typeof(T));
        return Expression.Lambda<Func<T, object?>>(
            Expression.Convert(Expression.Property(row, property), typeof(object)), row).Compile();
    }

    // Through the constructor whose parameters are all properties by name (a record's), else through the setters.
    private static Func<NpgsqlDataReader, int, T> Reader(IReadOnlyList<PropertyColumn> properties)
    {
        var reader = Expression.Parameter(typeof(NpgsqlDataReader));
        var first = Expression.Parameter(typeof(int));
        var values = properties.Select((p, i) => Value(reader, first, i, p.Property.PropertyType)).ToArray();
        var constructor = typeof(T).GetConstructors()
            .Where(c => c.GetParameters().All(parameter => Position(parameter) >= 0))
            .OrderByDescending(c => c.GetParameters().Length)
            .FirstOrDefault();
        if (constructor is null && !typeof(T).IsValueType)
            throw new PgEmbedException(
                $"Expected {typeof(T).Name} to have a public constructor without parameters, or one whose parameters "
                + "are its mapped properties by name; found neither.");
        var parameters = constructor?.GetParameters() ?? [];
        Expression made = constructor is null
            ? Expression.New(typeof(T))
            : Expression.New(constructor, parameters.Select(p => values[Position(p)]));
        var bindings = properties
            .Select((p, i) => (p.Property, Index: i))
            .Where(p => p.Property.SetMethod is { IsPublic: true }
                && !parameters.Any(parameter => Position(parameter) == p.Index))
            .Select(p => Expression.Bind(p.Property, values[p.Index]));
        return Expression.Lambda<Func<NpgsqlDataReader, int, T>>(
            Expression.MemberInit((NewExpression)made, bindings), reader, first).Compile();

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
    }

    private static ConditionalExpression Value(
        ParameterExpression reader, ParameterExpression first, int index, Type type)
    {
        var ordinal = Expression.Add(first, Expression.Constant(index));
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        Expression value = Expression.Call(
            reader, nameof(DbDataReader.GetFieldValue), [plain], ordinal);
        return Expression.Condition(
            Expression.Call(reader, nameof(DbDataReader.IsDBNull), null, ordinal),
            Expression.Default(type),
            plain == type ? value : Expression.Convert(value, type));
    }

    private int IndexOf(string column)
    {
        for (var i = 0; i < Properties.Count; i++)
        {
            if (Properties[i].Column == column)
                return i;
        }

        throw new PgEmbedException(
            $"Expected a property of {typeof(T).Name} for column {Sql.SqlName.Quote(column)}, found none.",
            "Add one, or map another with Column(…).");
    }
}
