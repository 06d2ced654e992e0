using Npgsql;
using PgEmbed.Codecs;

namespace PgEmbed.Postgres.Search;

/// <summary>What a step of a search gave: rows, and how many it found in all.</summary>
internal sealed record SearchRows<T>(List<SearchHit<T>> Hits, long? Found)
{
    /// <summary>Puts together what <see cref="Read"/> read.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="ranking">The query, prepared for the codes by which the rows are ranked; null where they are already.</param>
    /// <param name="k">How many of them are wanted.</param>
    public static SearchRows<T> Of(List<SearchRow<T>> rows, PreparedQuery? ranking, int k)
    {
        var hits = rows.Where(row => row.Hit is not null);
        var found = rows.Count == 0 ? 0 : rows[^1].Found;
        return new SearchRows<T>(
            ranking is null
                ? [.. hits.Select(row => row.Hit!)]
                : [.. hits.Select(row => (Hit: row.Hit! with { Distance = ranking.Distance(row.Code!) }, row.Place))
                    .OrderBy(row => row.Hit.Distance).ThenBy(row => row.Place).Take(k).Select(row => row.Hit)],
            found);
    }

    /// <summary>
    /// Reads a row: its distance, what <paramref name="read"/> takes, where it is a candidate its code and its place among
    /// the keys, and the number found. A row may be for the number alone.
    /// </summary>
    public static SearchRow<T> Read(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, bool isCandidate)
    {
        var last = reader.FieldCount - 1;
        long? found = reader.IsDBNull(last) ? null : reader.GetInt64(last);
        if (reader.IsDBNull(0))
            return new SearchRow<T>(null, null, 0, found);
        var hit = new SearchHit<T>(read(reader), reader.GetDouble(0));
        return isCandidate
            ? new SearchRow<T>(hit, reader.GetFieldValue<byte[]>(last - 2), reader.GetInt64(last - 1), found)
            : new SearchRow<T>(hit, null, 0, found);
    }
}
