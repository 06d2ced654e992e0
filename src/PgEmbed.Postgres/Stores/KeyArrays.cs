using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Keys as parameters: one array a key column, put together again by <c>unnest</c>. However many keys there are, the
/// statement is the same.
/// </summary>
internal static class KeyArrays
{
    /// <summary>
    /// The table function that gives the keys: columns <c>key_1 … key_n</c> and <c>position</c>, from 1. It is to be the
    /// alias <c>k</c>; its parameters begin at <c>$1</c>.
    /// </summary>
    public static string From(CollectionInfo collection)
    {
        // Without the type's modifiers: a cast to varchar(40) would cut a longer key to one that is another row's.
        var arrays = collection.KeyColumns.Select((column, i) =>
            string.Create(CultureInfo.InvariantCulture, $"${i + 1}::{TypeOf(column)}[]"));
        return $"unnest({string.Join(", ", arrays)}) WITH ORDINALITY AS k ({string.Join(", ", collection.StoreKeys)}, position)";
    }

    /// <summary>Adds the arrays to a command's parameters.</summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="keys">At least one key.</param>
    public static void Add(NpgsqlParameterCollection parameters, IReadOnlyList<RowKey> keys)
    {
        for (var i = 0; i < keys[0].Count; i++)
        {
            var values = Array.CreateInstance(keys[0][i].GetType(), keys.Count);
            for (var row = 0; row < keys.Count; row++)
                values.SetValue(keys[row][i], row);
            parameters.Add(new NpgsqlParameter { Value = values });
        }
    }

    private static string TypeOf(SourceColumn column)
    {
        var dot = column.TypeName.IndexOf('.', StringComparison.Ordinal);
        return SqlName.Qualify(column.TypeName[..dot], column.TypeName[(dot + 1)..]);
    }
}
