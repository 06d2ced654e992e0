using System.Globalization;

namespace PgEmbed.Postgres.Indexes;

/// <summary>Refuses what HNSW can't index, and says what it can.</summary>
internal static class HnswLimits
{
    /// <exception cref="PgEmbedException">More dimensions than the type's limit, or none are known.</exception>
    public static void MustFit(IndexedType type, int dimensions, string what)
    {
        if (dimensions < 1)
            throw new PgEmbedException(
                $"Expected dimensions for an HNSW index on {what}, found type {type.ToName()} without.",
                $"Give the column its dimensions: ALTER TABLE … ALTER COLUMN … TYPE {type.ToName()}(n).");
        // A sparse vector's limit is on its values that are not zero, which only its rows can tell.
        if (type == IndexedType.Sparsevec || dimensions <= type.MaxIndexed())
            return;
        throw new PgEmbedException(
            $"Expected at most {Number(type.MaxIndexed())} dimensions for an HNSW index on {what} ({type.ToName()}), "
            + $"got {Number(dimensions)}.",
            Remedy(dimensions));
    }

    /// <exception cref="PgEmbedException">More than pgvector indexes.</exception>
    public static void MustFitNonZero(int nonZero, string what)
    {
        var most = IndexedType.Sparsevec.MaxIndexed();
        if (nonZero > most)
            throw new PgEmbedException(
                $"Expected at most {Number(most)} values that are not zero for an HNSW index on {what} (sparsevec), "
                + $"found a row with {Number(nonZero)}.",
                "Leave the smallest values out, or search without an index: such searches are exact.");
    }

    private static string Remedy(int dimensions)
    {
        var fitting = Codec.All.FirstOrDefault(c => dimensions <= IndexedTypeExtensions.Of(c).MaxIndexed());
        var bits = dimensions <= IndexedType.Bit.MaxIndexed()
            ? $" As bits an index takes up to {Number(IndexedType.Bit.MaxIndexed())} (--as bit), for candidates to rank anew."
            : "";
        return fitting is null
            ? "No codec indexes so many: use a model with fewer dimensions. Searches without an index are exact." + bits
            : $"Codec {fitting} ({IndexedTypeExtensions.Of(fitting).ToName()}) indexes up to "
                + $"{Number(IndexedTypeExtensions.Of(fitting).MaxIndexed())}: define the collection with it, or index a "
                + $"column of your own as {IndexedTypeExtensions.Of(fitting).ToName()} (--as {IndexedTypeExtensions.Of(fitting).ToName()}).";
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
