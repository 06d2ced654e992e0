using System.Globalization;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>The side table with a collection's vectors in one space under one codec.</summary>
/// <param name="Id">Its id in the catalog.</param>
/// <param name="TableName">Its table in schema <c>pgembed_store</c>.</param>
/// <param name="Space">The space of its vectors.</param>
/// <param name="Codec">How they are stored.</param>
public sealed record StoreInfo(int Id, string TableName, VectorSpace Space, Codec Codec)
{
    /// <summary>The schema that all stores are in.</summary>
    public const string Schema = "pgembed_store";

    /// <summary>The store's table as a statement names it.</summary>
    public string Sql => SqlName.Qualify(Schema, TableName);

    /// <summary>How many values, or bits, of a vector are indexed.</summary>
    public int IndexedDimensions => Codec.Indexed?.Dimensions ?? Space.Dimensions;

    /// <summary>
    /// Among how many candidates the 10 nearest are looked for at a recall of 0.95; null where the codec has no tiers.
    /// </summary>
    public int? Candidates { get; init; }

    /// <summary>What its table has of a vector, and its type.</summary>
    internal IEnumerable<(string Name, string Type)> Forms(VectorExtension extension)
    {
        yield return ("embedding", extension.IndexedType(this));
        if (Codec.Rescoring is not null)
            yield return ("rescoring", "pg_catalog.bytea");
    }

    /// <summary>How it is divided; null for one table.</summary>
    public Partitioning? Partitioning { get; init; }

    /// <summary>
    /// A name for what belongs to the store, schema aside: its table's with an ending. Where both are too long together,
    /// the collection's name is cut and the store's id stays, so that it is the store's alone.
    /// </summary>
    internal string NameWith(string ending)
    {
        var id = TableName.LastIndexOf('_');
        return SqlName.WithEnding(TableName[..id], TableName[id..] + ending);
    }

    /// <summary>The name of the store's n-th carried column, from 0.</summary>
    public static string CarriedColumn(int index) =>
        string.Create(CultureInfo.InvariantCulture, $"carried_{index + 1}");

    /// <summary>The name of the store's n-th key column, from 0.</summary>
    public static string KeyColumn(int index) => string.Create(CultureInfo.InvariantCulture, $"key_{index + 1}");
}
