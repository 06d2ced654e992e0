using System.Collections.Concurrent;
using System.Linq.Expressions;
using System.Reflection;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Sql;

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
        Properties = mapping.Properties(collection.Source);
        Columns = [.. Properties.Select(p => p.Column)];
        var columns = Properties.ToDictionary(p => p.Property.Name, p => p.Column, StringComparer.Ordinal);
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
                    $"Expected text property {Properties[text]} as string, "
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

    /// <summary>Projections of the rows that were compiled, by what they pick.</summary>
    public ConcurrentDictionary<string, object> Projections { get; } = new(StringComparer.Ordinal);

    /// <summary>What the column of one property is to hold for a row.</summary>
    /// <exception cref="PgEmbedException">The column can't hold it.</exception>
    public object? Value(T row, int index) =>
        _getters[index](row) is { } value ? Properties[index].Conversion.ToColumn(value) : null;

    /// <summary>The row's key, as the columns hold it.</summary>
    /// <exception cref="PgEmbedException">A part of it is null.</exception>
    public RowKey Key(T row)
    {
        var values = new object[Keys.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = Value(row, Keys[i]) ?? throw new PgEmbedException(
                $"Expected a key in every row, got null in {Properties[Keys[i]].Property.Name}.");
        return new RowKey(values);
    }

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

    private static Func<NpgsqlDataReader, int, T> Reader(IReadOnlyList<PropertyColumn> properties)
    {
        var reader = Expression.Parameter(typeof(NpgsqlDataReader));
        var first = Expression.Parameter(typeof(int));
        var values = properties
            .Select((p, i) => RowReader.Value(reader, Expression.Add(first, Expression.Constant(i)), p)).ToArray();
        return Expression.Lambda<Func<NpgsqlDataReader, int, T>>(
            RowReader.Row<T>(properties, values), reader, first).Compile();
    }

    private int IndexOf(string column)
    {
        for (var i = 0; i < Properties.Count; i++)
        {
            if (Properties[i].Column.Name == column)
                return i;
        }

        throw new PgEmbedException(
            $"Expected a property of {typeof(T).Name} for column {SqlName.Quote(column)}, found none.",
            "Add one, or map another with Column(…).");
    }
}
