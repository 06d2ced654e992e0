using System.Linq.Expressions;
using System.Runtime.CompilerServices;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Mapping;

/// <summary>
/// Between the keys that a caller gives (a value, or for several key columns a tuple of values or an <c>object[]</c>) and
/// the values of the key columns.
/// </summary>
/// <typeparam name="TKey">The caller's type.</typeparam>
internal sealed class KeyShape<TKey>
{
    private readonly IReadOnlyList<SourceColumn> _columns;
    private readonly ColumnConversion?[] _conversions;
    private readonly (Type Type, ColumnConversion Conversion)?[] _latest;
    private readonly Lazy<Func<object[], TKey>> _make;

    /// <exception cref="PgEmbedException">A key of that type can't be one of the collection.</exception>
    public KeyShape(CollectionInfo collection)
    {
        _columns = collection.KeyColumns;
        var types = Types();
        if (types is not null && types.Length != _columns.Count)
            throw Mismatch(typeof(TKey).Name);
        // What an object is can only be told from each value.
        _conversions = [.. _columns.Select((column, i) => types is null || types[i] == typeof(object)
            ? null
            : Conversion(types[i], column))];
        _latest = new (Type, ColumnConversion)?[_columns.Count];
        _make = new(Maker);
    }

    /// <summary>The key as the columns hold it.</summary>
    /// <exception cref="PgEmbedException">A part of it is null, or not of its column's type.</exception>
    public RowKey ToRow(TKey key)
    {
        var values = new object[_columns.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var value = Part(key, i) ?? throw new PgEmbedException(
                $"Expected a key ({Describe()}), got null in its place {i + 1}.");
            var conversion = _conversions[i] ?? ConversionOf(value.GetType(), i);
            values[i] = KeyTypes.Normalize(conversion.ToColumn(value), _columns[i]);
        }

        return new RowKey(values);
    }

    /// <summary>The key as the caller has it.</summary>
    /// <param name="values">The values of the key columns as Npgsql reads them.</param>
    public TKey FromRow(object[] values) => _make.Value(values);

    private static Type[]? Types() =>
        typeof(TKey) == typeof(object) || typeof(TKey) == typeof(object[]) ? null
        : typeof(ITuple).IsAssignableFrom(typeof(TKey)) ? typeof(TKey).GetGenericArguments()
        : [typeof(TKey)];

    private object? Part(TKey key, int index)
    {
        switch (key)
        {
            case object[] values when values.Length == _columns.Count:
                return values[index];
            case ITuple values when values.Length == _columns.Count:
                return values[index];
            case object[] or ITuple:
                throw Mismatch($"{key}");
            default:
                return _columns.Count == 1 ? key : throw Mismatch($"{key}");
        }
    }

    // The values of one column are mostly of one type.
    private ColumnConversion ConversionOf(Type type, int index)
    {
        if (_latest[index] is not { } latest || latest.Type != type)
            _latest[index] = latest = (type, Conversion(type, _columns[index]));
        return latest.Conversion;
    }

    private ColumnConversion Conversion(Type type, SourceColumn column)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return KeyTypes.Fits(type, column) ? ColumnConversion.Of(type, column) : throw Mismatch(typeof(TKey).Name);
    }

    private Func<object[], TKey> Maker()
    {
        var values = Expression.Parameter(typeof(object[]));
        if (typeof(TKey) == typeof(object[]))
            return row => (TKey)(object)row;
        if (typeof(TKey) == typeof(object))
            return row => (TKey)(row.Length == 1 ? row[0] : row);
        Expression[] parts = [.. Types()!.Select((type, i) =>
            FromColumn(_conversions[i], type, Expression.ArrayIndex(values, Expression.Constant(i))))];
        Expression made = parts is [var only] && only.Type == typeof(TKey)
            ? only
            : Expression.New(typeof(TKey).GetConstructor(Types()!)!, parts);
        return Expression.Lambda<Func<object[], TKey>>(made, values).Compile();
    }

    private static Expression FromColumn(ColumnConversion? conversion, Type type, Expression value) =>
        conversion?.FromColumn is { } convert
            ? Expression.Convert(Expression.Invoke(Expression.Constant(convert), value), type)
            : Expression.Call(typeof(KeyTypes), nameof(KeyTypes.As), [type], value);

    private PgEmbedException Mismatch(string got) => new(
        $"Expected a key ({Describe()}), got {got}.",
        _columns.Count == 1 ? null : "Give a tuple with a value for each of its columns, in their order.");

    private string Describe() => string.Join(", ", _columns.Select(column => $"{column.Name} {column.Type}"));
}
