using Npgsql;

namespace PgEmbed.Postgres.Search;

/// <summary>What a step of a search gave: rows, and how many it found in all.</summary>
internal sealed record SearchRows<T>(List<SearchHit<T>> Hits, long? Found)
{
    /// <summary>Puts together what <see cref="Read"/> read.</summary>
    public static SearchRows<T> Of(List<(SearchHit<T>? Hit, long? Found)> rows) => new(
        [.. rows.Where(row => row.Hit is not null).Select(row => row.Hit!)],
        rows.Count == 0 ? 0 : rows[^1].Found);

    /// <summary>Reads a row: its distance, what <paramref name="read"/> takes, the number found. A row may be for the number alone.</summary>
    public static (SearchHit<T>? Hit, long? Found) Read(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        var last = reader.FieldCount - 1;
        return (
            reader.IsDBNull(0) ? null : new SearchHit<T>(read(reader), reader.GetDouble(0)),
            reader.IsDBNull(last) ? null : reader.GetInt64(last));
    }
}
