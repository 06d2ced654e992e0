using System.ComponentModel.DataAnnotations;
using System.ComponentModel.DataAnnotations.Schema;
using System.Reflection;

namespace PgEmbed.Postgres.Mapping;

/// <summary>Makes the mapping that a row type's attributes say.</summary>
/// <remarks>
/// They are <see cref="VectorCollectionAttribute"/>, <see cref="CollectionKeyAttribute"/>,
/// <see cref="EmbeddedTextAttribute"/> and <see cref="CarriedColumnAttribute"/>, and of System.ComponentModel.DataAnnotations <c>Table</c>, <c>Key</c>,
/// <c>Column</c> and <c>NotMapped</c>. One on the parameter of a record counts for the property of that name. Without a
/// name the collection and its table have the type's, in snake_case; without a key it is the property <c>Id</c>.
/// </remarks>
public static class CollectionMapping
{
    /// <summary>The mapping of a type by its attributes.</summary>
    /// <typeparam name="T">The row.</typeparam>
    /// <returns>A mapping that further calls may add to.</returns>
    /// <exception cref="FormatException">The codec that is named is none.</exception>
    public static CollectionMapping<T> FromAttributes<T>()
    {
        var type = typeof(T);
        var collection = type.GetCustomAttribute<VectorCollectionAttribute>();
        var table = type.GetCustomAttribute<TableAttribute>();
        var tableName = collection?.Table ?? table?.Name ?? collection?.Name ?? SnakeCase.Of(type.Name);
        var mapping = new CollectionMapping<T>(collection?.Name ?? tableName);
        mapping.Table(tableName, collection?.Schema ?? table?.Schema ?? "public");
        if (collection?.Codec is { } codec)
            mapping.StoredAs(Codec.Parse(codec));
        if (collection?.IgnoreUnmapped == true)
            mapping.IgnoreUnmapped();

        var properties = CollectionMapping<T>.PropertiesOfType;
        foreach (var property in properties)
        {
            if (Find<NotMappedAttribute>(property) is not null)
                mapping.IgnoreProperty(property.Name);
            else if (Find<ColumnAttribute>(property)?.Name is { Length: > 0 } column)
                mapping.NameColumn(property.Name, column);
        }

        var keys = properties.Where(p => KeyOrder(p) is not null).OrderBy(KeyOrder).ToList();
        // As elsewhere in .NET: without a word on the key, it is the property Id.
        if (keys.Count == 0 && properties.FirstOrDefault(p => p.Name == "Id") is { } id)
            keys.Add(id);
        foreach (var key in keys)
            mapping.AddKey(key.Name);
        foreach (var text in properties.Where(p => TextOrder(p) is not null).OrderBy(TextOrder))
            mapping.AddText(text.Name);
        foreach (var carried in properties.Where(p => CarriedOrder(p) is not null).OrderBy(CarriedOrder))
            mapping.AddCarried(carried.Name);
        return mapping;
    }

    private static int? KeyOrder(PropertyInfo property) =>
        Find<CollectionKeyAttribute>(property)?.Order
        ?? (Find<KeyAttribute>(property) is null ? null : Math.Max(0, Find<ColumnAttribute>(property)?.Order ?? 0));

    private static int? TextOrder(PropertyInfo property) => Find<EmbeddedTextAttribute>(property)?.Order;

    private static int? CarriedOrder(PropertyInfo property) => Find<CarriedColumnAttribute>(property)?.Order;

    private static TAttribute? Find<TAttribute>(PropertyInfo property)
        where TAttribute : Attribute =>
        property.GetCustomAttribute<TAttribute>()
        ?? property.DeclaringType!.GetConstructors()
            .SelectMany(constructor => constructor.GetParameters())
            .Where(parameter => parameter.Name == property.Name)
            .Select(parameter => parameter.GetCustomAttribute<TAttribute>())
            .FirstOrDefault(attribute => attribute is not null);
}
