using System.Linq.Expressions;
using System.Reflection;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// Says which table, key and text a collection of <typeparamref name="T"/> has: by attributes
/// (<see cref="CollectionMapping.FromAttributes{T}"/>), or by calls. A property stands for the column of its name in snake_case
/// (<c>InstalledKb</c>: <c>installed_kb</c>) unless <see cref="Column"/> says otherwise.
/// </summary>
/// <remarks>
/// Rows are made through the constructor that takes the most mapped properties by name (a record's), and the setters of
/// the rest: public or not, init-only or not. An enumeration stands in a text column by its members' names, in an integer
/// column by their numbers; a <c>char</c> in a text column as a text of one character; a type of yours in a <c>json</c> or
/// <c>jsonb</c> column as System.Text.Json writes it.
/// </remarks>
/// <typeparam name="T">The row: a class, record or struct with public properties.</typeparam>
public sealed class CollectionMapping<T>
{
    private readonly Dictionary<string, string> _columns = new(StringComparer.Ordinal);
    private readonly HashSet<string> _ignored = new(StringComparer.Ordinal);
    private readonly List<string> _keys = [];
    private readonly List<string> _texts = [];
    private readonly List<string> _carried = [];
    private readonly List<Relation> _relations = [];
    private readonly string _name;
    private Codec _codec = Codec.F32;
    private Func<Partitioning>? _partitioning;
    private bool _ignoreUnmapped;
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
    public CollectionMapping<T> Key(Expression<Func<T, object?>> property) => AddKey(PropertyOf(property).Name);

    /// <summary>Adds a property to the embedded text, in order.</summary>
    /// <exception cref="ArgumentException">The property is not a string.</exception>
    public CollectionMapping<T> Text(Expression<Func<T, string?>> property) => AddText(PropertyOf(property).Name);

    /// <summary>Names the column that a property stands for.</summary>
    public CollectionMapping<T> Column(Expression<Func<T, object?>> property, string column) =>
        NameColumn(PropertyOf(property).Name, column);

    /// <summary>Leaves a property out: it is neither read nor written.</summary>
    public CollectionMapping<T> Ignore(Expression<Func<T, object?>> property) =>
        IgnoreProperty(PropertyOf(property).Name);

    /// <summary>Leaves properties out that the table has no column for, instead of refusing the mapping.</summary>
    public CollectionMapping<T> IgnoreUnmapped()
    {
        _ignoreUnmapped = true;
        return this;
    }

    /// <summary>
    /// Copies a property's column into the store, in order, so that its indexes and partitions can use it: few, short and
    /// seldom changed, such as a tenant, a kind or a period.
    /// </summary>
    public CollectionMapping<T> Carry(Expression<Func<T, object?>> property) => AddCarried(PropertyOf(property).Name);

    /// <summary>Divides the store by the hash of a key or carried property into so many partitions.</summary>
    public CollectionMapping<T> PartitionByHash(Expression<Func<T, object?>> property, int partitions) =>
        Partition(property, column => Partitioning.ByHash(column, partitions));

    /// <summary>Divides the store into a partition for each value of a key or carried property, and one for the rest.</summary>
    /// <param name="property">The property.</param>
    /// <param name="values">The values, null for rows without one.</param>
    /// <typeparam name="TValue">The property's type.</typeparam>
    public CollectionMapping<T> PartitionByList<TValue>(Expression<Func<T, TValue>> property, params TValue[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        return Partition(property, column => Partitioning.ByList(
            column, Array.ConvertAll(values, value => value is null ? null : PartitionBound.ToText(value))));
    }

    /// <summary>
    /// Divides the store into a partition for each of the most frequent values that a key or carried property has as the
    /// store is made, and one for the rest.
    /// </summary>
    public CollectionMapping<T> PartitionByFrequentValues(Expression<Func<T, object?>> property, int most = 20) =>
        Partition(property, column => Partitioning.ByFrequentValues(column, most));

    /// <summary>Divides the store at ascending bounds of a key or carried property; a bound begins a partition.</summary>
    /// <param name="property">The property.</param>
    /// <param name="bounds">The bounds.</param>
    /// <typeparam name="TValue">The property's type.</typeparam>
    public CollectionMapping<T> PartitionByRange<TValue>(Expression<Func<T, TValue>> property, params TValue[] bounds)
    {
        ArgumentNullException.ThrowIfNull(bounds);
        return Partition(property, column => Partitioning.ByRange(
            column, Array.ConvertAll(bounds, bound => PartitionBound.ToText(bound!))));
    }

    /// <summary>
    /// Divides the store into a partition for each step that a key or carried property has rows in as the store is made:
    /// <c>1 month</c>, or a number. <see cref="Partitioning.ByStep"/> says more.
    /// </summary>
    public CollectionMapping<T> PartitionByStep(Expression<Func<T, object?>> property, string step) =>
        Partition(property, column => Partitioning.ByStep(column, step));

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
            CarriedColumns = [.. _carried.Select(ColumnOf)],
            Partitioning = _partitioning?.Invoke(),
            Codec = _codec,
        };
        definition.Validate();
        return definition;
    }

    /// <summary>The properties that could stand for columns, in their order.</summary>
    internal static IReadOnlyList<PropertyInfo> PropertiesOfType { get; } =
    [
        .. typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(p => p.CanRead && p.GetIndexParameters().Length == 0),
    ];

    /// <summary>The properties that lead to other tables.</summary>
    internal IReadOnlyList<Relation> Relations => _relations;

    internal CollectionMapping<T> AddKey(string property)
    {
        _keys.Add(property);
        return this;
    }

    internal CollectionMapping<T> AddText(string property)
    {
        _texts.Add(property);
        return this;
    }

    internal CollectionMapping<T> AddCarried(string property)
    {
        _carried.Add(property);
        return this;
    }

    internal CollectionMapping<T> NameColumn(string property, string column)
    {
        _columns[property] = column;
        return this;
    }

    internal CollectionMapping<T> IgnoreProperty(string property)
    {
        _ignored.Add(property);
        return this;
    }

    /// <summary>The properties that stand for columns of the table, in their order.</summary>
    /// <exception cref="PgEmbedException">The table has no column for one that is not ignored.</exception>
    internal IReadOnlyList<PropertyColumn> Properties(SourceTable table) =>
    [
        .. PropertiesOfType
            .Where(property => !_ignored.Contains(property.Name))
            .Select(property => (Property: property, Name: ColumnOf(property.Name)))
            .Where(p => !_ignoreUnmapped || table.Columns.Any(column => column.Name == p.Name))
            .Select(p => new PropertyColumn(p.Property, table.Column(p.Name))),
    ];

    // The column's name may still be set by a later call.
    private CollectionMapping<T> Partition<TValue>(
        Expression<Func<T, TValue>> property, Func<string, Partitioning> make)
    {
        var name = PropertyOf(property).Name;
        _partitioning = () => make(ColumnOf(name));
        return this;
    }

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
        return IgnoreProperty(property);
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
        _columns.TryGetValue(property, out var column) ? column : SnakeCase.Of(property);
}
