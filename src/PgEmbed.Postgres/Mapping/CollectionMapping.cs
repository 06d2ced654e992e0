using System.Linq.Expressions;
using System.Reflection;
using Npgsql.NameTranslation;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// Says which table, key and text a collection of <typeparamref name="T"/> has. A property stands for the column of its
/// name in snake_case (<c>InstalledKb</c>: <c>installed_kb</c>) unless <see cref="Column"/> says otherwise.
/// </summary>
/// <typeparam name="T">The row: a class or record with public properties.</typeparam>
public sealed class CollectionMapping<T>
{
    private readonly Dictionary<string, string> _columns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ignored = new(StringComparer.Ordinal);
    private readonly List<string> _keys = [];
    private readonly List<Relation> _relations = [];
    private readonly List<string> _texts = [];
    private readonly string _name;
    private Codec _codec = Codec.F32;
    private string _schema = "public";
    private string _table;

    /// <summary>Starts a mapping; the table has the collection's name unless <see cref="Table"/> says otherwise.</summary>
    /// <param name="name">The collection's name.</param>
    public CollectionMapping(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        _name = name;
        _table = name;
    }

    /// <summary>Names the table.</summary>
    public CollectionMapping<T> Table(string table, string schema = "public")
    {
        _table = table;
        _schema = schema;
        return this;
    }

    /// <summary>Adds a property to the key, in order.</summary>
    public CollectionMapping<T> Key(Expression<Func<T, object?>> property)
    {
        _keys.Add(PropertyOf(property).Name);
        return this;
    }

    /// <summary>Adds a property to the embedded text, in order.</summary>
    /// <exception cref="ArgumentException">The property is not a string.</exception>
    public CollectionMapping<T> Text(Expression<Func<T, string?>> property)
    {
        _texts.Add(PropertyOf(property).Name);
        return this;
    }

    /// <summary>Names the column that a property stands for.</summary>
    public CollectionMapping<T> Column(Expression<Func<T, object?>> property, string column)
    {
        _columns[PropertyOf(property).Name] = column;
        return this;
    }

    /// <summary>Leaves a property out.</summary>
    public CollectionMapping<T> Ignore(Expression<Func<T, object?>> property)
    {
        _ignored.Add(PropertyOf(property).Name);
        return this;
    }

    /// <summary>
    /// Says that a property leads to a row of another table, so that filters can ask for its columns:
    /// <c>a => a.Category.Name == "tools"</c>. It is neither read nor written. A row that leads to none passes as one whose
    /// columns there are all null. The other properties stand for the columns of their names in snake_case, or of their
    /// <c>Column</c> attribute.
    /// </summary>
    /// <param name="property">The property.</param>
    /// <param name="table">The other table.</param>
    /// <param name="key">The own property that is compared.</param>
    /// <param name="otherKey">The other table's property that it is compared with: its primary key, or unique.</param>
    /// <param name="schema">The other table's schema.</param>
    /// <typeparam name="TOther">The other table's rows.</typeparam>
    public CollectionMapping<T> Reference<TOther>(
        Expression<Func<T, TOther?>> property,
        string table,
        Expression<Func<T, object?>> key,
        Expression<Func<TOther, object?>> otherKey,
        string schema = "public") =>
        Relate(PropertyOf(property).Name, table, key, otherKey, schema, many: false);

    /// <summary>
    /// Says that a property lists the rows of another table that refer to this one, so that filters can ask for them:
    /// <c>a => a.Reviews.Any(r => r.Stars > 3)</c>. It is neither read nor written.
    /// </summary>
    /// <inheritdoc cref="Reference{TOther}"/>
    /// <param name="property">The property.</param>
    /// <param name="table">The other table.</param>
    /// <param name="key">The own property that is compared.</param>
    /// <param name="otherKey">The other table's property that it is compared with.</param>
    /// <param name="schema">The other table's schema.</param>
    public CollectionMapping<T> ReferencedBy<TOther>(
        Expression<Func<T, IEnumerable<TOther>?>> property,
        string table,
        Expression<Func<T, object?>> key,
        Expression<Func<TOther, object?>> otherKey,
        string schema = "public") =>
        Relate(PropertyOf(property).Name, table, key, otherKey, schema, many: true);

    /// <summary>Says how the vectors are stored.</summary>
    public CollectionMapping<T> StoredAs(Codec codec)
    {
        _codec = codec;
        return this;
    }

    /// <summary>The collection's name.</summary>
    public string Name => _name;

    /// <summary>The definition that the mapping comes to.</summary>
    /// <exception cref="PgEmbedException">It has no key or no text.</exception>
    public CollectionDefinition ToDefinition()
    {
        var definition = new CollectionDefinition
        {
            Name = _name,
            Schema = _schema,
            Table = _table,
            KeyColumns = [.. _keys.Select(ColumnOf)],
            TextColumns = [.. _texts.Select(ColumnOf)],
            Codec = _codec,
        };
        definition.Validate();
        return definition;
    }

    /// <summary>The properties that lead to other tables.</summary>
    internal IReadOnlyList<Relation> Relations => _relations;

    /// <summary>The mapped properties, in their order.</summary>
    internal IReadOnlyList<PropertyColumn> Properties() =>
    [
        .. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanRead && p.GetIndexParameters().Length == 0 && !_ignored.Contains(p.Name))
            .Select(p => new PropertyColumn(p, ColumnOf(p.Name))),
    ];

    private CollectionMapping<T> Relate<TOther>(
        string property,
        string table,
        Expression<Func<T, object?>> key,
        Expression<Func<TOther, object?>> otherKey,
        string schema,
        bool many)
    {
        _relations.Add(new Relation(
            property, typeof(TOther), schema, table, PropertyOf(key).Name, PropertyOf(otherKey), many));
        _ignored.Add(property);
        return this;
    }

    private static PropertyInfo PropertyOf<TRow, TValue>(Expression<Func<TRow, TValue>> expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        var body = expression.Body is UnaryExpression { NodeType: ExpressionType.Convert } convert
            ? convert.Operand
            : expression.Body;
        return body is MemberExpression { Member: PropertyInfo property, Expression: ParameterExpression }
            ? property
            : throw new ArgumentException($"Expected a property of {typeof(TRow).Name}, got {expression.Body}.");
    }

    private string ColumnOf(string property) =>
        _columns.TryGetValue(property, out var column)
            ? column
            : NpgsqlSnakeCaseNameTranslator.ConvertToSnakeCase(property, System.Globalization.CultureInfo.InvariantCulture);
}
