using System.Reflection;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Mapping;

/// <summary>A property of a row type, the column it stands for, and how its value stands there.</summary>
internal sealed class PropertyColumn
{
    public PropertyColumn(PropertyInfo property, SourceColumn column)
    {
        Property = property;
        Column = column;
        Conversion = ColumnConversion.Of(property.PropertyType, column);
    }

    /// <summary>The property.</summary>
    public PropertyInfo Property { get; }

    /// <summary>The column.</summary>
    public SourceColumn Column { get; }

    /// <summary>Between the property's values and what Npgsql sends and reads for the column.</summary>
    public ColumnConversion Conversion { get; }

    public override string ToString() => $"{Property.DeclaringType!.Name}.{Property.Name}";
}
