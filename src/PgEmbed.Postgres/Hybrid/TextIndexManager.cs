using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Hybrid;

/// <summary>
/// Makes, refreshes and drops the text indexes that hybrid search needs. Once made, an index follows the collection's
/// stores by itself; only how often each word occurs is counted from time to time.
/// </summary>
public sealed class TextIndexManager
{
    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Creates a manager.</summary>
    /// <param name="dataSource">The database; never disposed here.</param>
    public TextIndexManager(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
    }

    /// <summary>
    /// Makes a collection's text index where it is not there yet, gives it the texts that it has not, and counts its
    /// words. Readers and writers go on meanwhile; it can be stopped and repeated.
    /// </summary>
    /// <param name="collection">The collection's name.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Told the number of texts written so far.</param>
    /// <param name="cancellationToken">Stops it; what was written stays.</param>
    /// <exception cref="PgEmbedException">
    /// There is no such collection or configuration, or an index with another configuration.
    /// </exception>
    public async Task<TextIndexResult> BuildAsync(
        string collection,
        TextIndexOptions? options = null,
        IProgress<long>? progress = null,
        CancellationToken cancellationToken = default)
    {
        options ??= new TextIndexOptions();
        options.Validate();
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var made = await CallAsync<bool>(
                connection,
                "SELECT pgembed.create_text_index($1, $2::regconfig)",
                [collection, options.Config],
                cancellationToken).ConfigureAwait(false);
            var texts = 0L;
            while (true)
            {
                var filled = await CallAsync<long>(
                    connection,
                    "SELECT pgembed.fill_text_index($1, $2)",
                    [collection, (long)options.BatchRows],
                    cancellationToken).ConfigureAwait(false);
                if (filled == 0)
                    break;
                texts += filled;
                progress?.Report(texts);
            }

            return new TextIndexResult(
                made, texts, await CountTermsAsync(connection, collection, cancellationToken).ConfigureAwait(false));
        }
    }

    /// <summary>Whether a collection has a text index.</summary>
    /// <exception cref="PgEmbedException">There is no such collection.</exception>
    public async Task<bool> ExistsAsync(string collection, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await CallAsync<bool>(
                connection,
                """
                SELECT EXISTS (SELECT FROM pgembed.text_index x JOIN pgembed.collection c USING (collection_id) WHERE c.name = $1)
                FROM pgembed.serving_store($1)
                """,
                [collection],
                cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Counts a text index's words anew, by which they are weighed: worth doing when the texts have become others.</summary>
    /// <returns>How many different lexemes there are.</returns>
    /// <exception cref="PgEmbedException">There is no such collection, or no text index of it.</exception>
    public async Task<long> RefreshAsync(string collection, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await CountTermsAsync(connection, collection, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Drops a collection's text index, and what was counted and fitted for it.</summary>
    /// <returns>False where there was none.</returns>
    public async Task<bool> DropAsync(string collection, CancellationToken cancellationToken = default)
    {
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
            return await CallAsync<bool>(
                connection, "SELECT pgembed.drop_text_index($1)", [collection], cancellationToken).ConfigureAwait(false);
    }

    private static Task<long> CountTermsAsync(
        NpgsqlConnection connection, string collection, CancellationToken cancellationToken) =>
        CallAsync<long>(connection, "SELECT pgembed.count_terms($1)", [collection], cancellationToken);

    private static Task<T> CallAsync<T>(
        NpgsqlConnection connection, string sql, object[] values, CancellationToken cancellationToken) =>
        SchemaMissing.GuardAsync(async () =>
        {
            var command = connection.Command(sql, values);
            await using (command.ConfigureAwait(false))
            {
                command.CommandTimeout = 0;
                try
                {
                    return (T)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
                }
                catch (PostgresException e) when (ServerRefusal.Is(e))
                {
                    throw ServerRefusal.Of(e);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UndefinedObject)
                {
                    throw new PgEmbedException(
                        $"Expected a text search configuration that the server has, but it says: {e.MessageText}.",
                        "psql's \\dF lists them.",
                        e);
                }
            }
        });
}
