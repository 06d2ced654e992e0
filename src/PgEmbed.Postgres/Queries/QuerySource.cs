using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Queries;

/// <summary>What a query looks for: texts, a vector, or what is like a row.</summary>
internal abstract class QuerySource
{
    /// <summary>Whether it can be asked again in another space.</summary>
    public virtual bool CanFollow => true;

    /// <summary>The query vectors, in the space of the state.</summary>
    public abstract Task<IReadOnlyList<SpaceVector>> VectorsAsync(
        SqlSessions sessions, CollectionState state, CancellationToken cancellationToken);

    /// <summary>A condition that belongs to it; null for none.</summary>
    public virtual string? Condition(SearchQuery query) => null;

    public static QuerySource Of(IReadOnlyList<string> texts) => new Texts(texts);

    public static QuerySource Of(SpaceVector vector) => new Vectors([vector]);

    public static QuerySource Of(IReadOnlyList<SpaceVector> vectors) => new Vectors(vectors);

    public static QuerySource Like(Func<CollectionInfo, RowKey> key) => new Example(key);

    private sealed class Texts(IReadOnlyList<string> texts) : QuerySource
    {
        public override Task<IReadOnlyList<SpaceVector>> VectorsAsync(
            SqlSessions sessions, CollectionState state, CancellationToken cancellationToken) =>
            state.Embedder.EmbedQueriesAsync(texts, cancellationToken);
    }

    private sealed class Vectors(IReadOnlyList<SpaceVector> vectors) : QuerySource
    {
        public override bool CanFollow => false;

        public override Task<IReadOnlyList<SpaceVector>> VectorsAsync(
            SqlSessions sessions, CollectionState state, CancellationToken cancellationToken) => Task.FromResult(vectors);
    }

    /// <summary>The stored vector of a row, the row itself left out.</summary>
    private sealed class Example(Func<CollectionInfo, RowKey> keyOf) : QuerySource
    {
        public override async Task<IReadOnlyList<SpaceVector>> VectorsAsync(
            SqlSessions sessions, CollectionState state, CancellationToken cancellationToken)
        {
            var collection = state.Info;
            var key = keyOf(collection);
            var session = await sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                var parameters = new SqlParameters();
                var command = session.Connection.Command(
                    $"""
                    SELECT t.embedding FROM {collection.Store.Sql} t
                    JOIN {collection.Source.Sql} s ON {collection.KeyJoin("t", "s")}
                    WHERE {Same("s", collection, key, parameters)} ORDER BY t.chunk LIMIT 1
                    """);
                await using (command.ConfigureAwait(false))
                {
                    parameters.CopyTo(command.Parameters);
                    var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            throw new PgEmbedException(
                                $"Expected a row of collection '{collection.Name}' with a vector and key {key}, found none.",
                                "Is there such a row, has it text, and was it embedded?");
                        return
                        [
                            collection.Store.Space.Vector(reader.GetFieldValue<ReadOnlyMemory<float>>(0)),
                        ];
                    }
                }
            }
        }

        public override string Condition(SearchQuery query) =>
            $"({Same(query.SourceAlias, query.Collection, keyOf(query.Collection), query.Parameters)}) IS NOT TRUE";

        private static string Same(string alias, CollectionInfo collection, RowKey key, SqlParameters parameters) =>
            string.Join(" AND ", collection.KeyColumns.Select((column, i) =>
            {
                var value = parameters.Add(new NpgsqlParameter { Value = key[i], DataTypeName = column.TypeName });
                return $"{alias}.{SqlName.Quote(column.Name)} = {value}";
            }));
    }
}
