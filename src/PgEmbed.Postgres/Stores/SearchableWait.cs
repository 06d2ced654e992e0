using System.Diagnostics;
using System.Globalization;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Stores;

/// <summary>
/// Waits until the store has the vectors of rows as they are now: their present text's, and their present carried values.
/// It asks again and again, at first often, and of the keys only that are not there yet.
/// </summary>
internal sealed class SearchableWait
{
    private const int KeysPerQuery = 10_000;
    private const int NamedKeys = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(500);

    private readonly SqlSessions _sessions;
    private readonly CollectionInfo _collection;
    private readonly string _sql;

    public SearchableWait(SqlSessions sessions, CollectionInfo collection)
    {
        _sessions = sessions;
        _collection = collection;
        var text = collection.TextSql("s");
        var carriedDiffer = collection.CarriedColumns.Count == 0
            ? "false"
            : collection.CarriedDiffer("t", "s", collection.CarriedColumns);
        _sql =
            $"""
            SELECT k.position, CASE
                WHEN s.{SqlName.Quote(collection.KeyColumns[0].Name)} IS NULL THEN 'there is no such row'
                WHEN {EmbeddedText.IsBlankSql(text)} THEN 'its text is blank, so it has no vector'
                WHEN t.content_hash IS NULL THEN 'it has no vector yet'
                WHEN t.content_hash <> {EmbeddedText.HashSql(text)} THEN 'its vector is that of an earlier text'
                ELSE 'its carried values are earlier ones' END
            FROM {KeyArrays.From(collection)}
            LEFT JOIN {collection.Source.Sql} s ON {collection.KeyJoin("k", "s")}
            LEFT JOIN {collection.Store.Sql} t ON {collection.KeyJoin("t", "s")} AND t.chunk = 0
            WHERE t.content_hash IS DISTINCT FROM {EmbeddedText.HashSql(text)} OR {EmbeddedText.IsBlankSql(text)}
                OR {carriedDiffer}
            """;
    }

    /// <summary>Waits.</summary>
    /// <exception cref="PgEmbedException">Some are not searchable after all that time; they are named, with what is missing.</exception>
    public async Task RunAsync(IEnumerable<RowKey> keys, TimeSpan timeout, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        RowKey[] all = [.. keys.Distinct()];
        var missing = all;
        for (var pause = FirstPause; ; pause = pause * 1.5 < LongestPause ? pause * 1.5 : LongestPause)
        {
            var looked = await MissingAsync(missing, cancellationToken).ConfigureAwait(false);
            if (looked.Count == 0)
                return;
            missing = [.. looked.Select(key => key.Key)];
            if (watch.Elapsed >= timeout)
                throw Error(all.Length, looked, timeout);
            var left = timeout - watch.Elapsed;
            await Task.Delay(pause < left ? pause : left, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<(RowKey Key, string Reason)>> MissingAsync(
        RowKey[] keys, CancellationToken cancellationToken)
    {
        var missing = new List<(RowKey, string)>();
        if (keys.Length == 0)
            return missing;
        var session = await _sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
        await using (session.ConfigureAwait(false))
        {
            await ServingSpace.RequireAsync(session.Connection, _collection, cancellationToken).ConfigureAwait(false);
            foreach (var part in keys.Chunk(KeysPerQuery))
            {
                var command = session.Connection.Command(_sql);
                await using (command.ConfigureAwait(false))
                {
                    KeyArrays.Add(command.Parameters, part);
                    var reader = await StoreAltered.GuardAsync(
                        _collection, () => command.ExecuteReaderAsync(cancellationToken)).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            missing.Add((part[reader.GetInt64(0) - 1], reader.GetString(1)));
                    }
                }
            }
        }

        return missing;
    }

    private PgEmbedException Error(int all, List<(RowKey Key, string Reason)> missing, TimeSpan timeout)
    {
        var named = string.Join("; ", missing.Take(NamedKeys).Select(key => $"{key.Key}: {key.Reason}"));
        return new PgEmbedException(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Expected {all} keys of collection '{_collection.Name}' to be searchable within {timeout.TotalSeconds:0.###} s, "
                + $"but {missing.Count} are not ({named}{(missing.Count > NamedKeys ? "; …" : "")})."),
            "Rows that UpsertAsync writes are searchable at once; those that something else writes after the next SyncAsync. "
            + "Is it run?");
    }
}
