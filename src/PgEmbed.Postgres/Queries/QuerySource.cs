using System.Runtime.InteropServices;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Search;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Queries;

/// <summary>What a query looks for: texts, vectors, or what is like a row.</summary>
internal abstract class QuerySource
{
    /// <summary>The query vectors.</summary>
    public abstract ValueTask<QueryVectors> VectorsAsync(CollectionContext context, CancellationToken cancellationToken);

    /// <summary>What it looks for with one of its vectors, as a text that tells it from all others.</summary>
    public abstract string Subject(SpaceVector vector);

    /// <summary>A condition that belongs to it; null for none.</summary>
    public virtual string? Condition(SearchQuery query) => null;

    /// <summary>By the meaning of texts, each embedded with the model's query prompt.</summary>
    /// <exception cref="ArgumentException">A text is empty or white space.</exception>
    public static QuerySource Of(IReadOnlyList<string> texts)
    {
        foreach (var text in texts)
            ArgumentException.ThrowIfNullOrWhiteSpace(text, nameof(texts));
        return new Texts(texts);
    }

    /// <summary>By vectors.</summary>
    public static QuerySource Of(IReadOnlyList<SpaceVector> vectors)
    {
        foreach (var vector in vectors)
            ArgumentNullException.ThrowIfNull(vector, nameof(vectors));
        return new Vectors(vectors);
    }

    /// <summary>By the vector of a row, which itself is left out.</summary>
    public static QuerySource Like(RowKey key) => new Example(key);

    private sealed class Texts(IReadOnlyList<string> texts) : QuerySource
    {
        public override async ValueTask<QueryVectors> VectorsAsync(
            CollectionContext context, CancellationToken cancellationToken) =>
            await context.EmbedQueriesAsync(texts, cancellationToken).ConfigureAwait(false);

        // Not by its vector, which may differ in the last digit from machine to machine.
        public override string Subject(SpaceVector vector) => "text " + string.Join('\0', texts);
    }

    private sealed class Vectors(IReadOnlyList<SpaceVector> vectors) : QuerySource
    {
        public override ValueTask<QueryVectors> VectorsAsync(
            CollectionContext context, CancellationToken cancellationToken) => new(new QueryVectors(vectors, []));

        public override string Subject(SpaceVector vector) =>
            "vector " + Convert.ToBase64String(MemoryMarshal.AsBytes(vector.Values.Span));
    }

    private sealed class Example(RowKey key) : QuerySource
    {
        public override async ValueTask<QueryVectors> VectorsAsync(
            CollectionContext context, CancellationToken cancellationToken)
        {
            var collection = context.Info;
            var parameters = new SqlParameters();
            // Through the source row, so that a row that the caller may not see is none.
            var sql =
                $"""
                SELECT {VectorForms.Source(collection.Store.Codec, "t")} FROM {collection.Store.Sql} t
                JOIN {collection.Source.Sql} s ON {collection.KeyJoin("t", "s")}
                WHERE {Same("s", collection, parameters)} ORDER BY t.chunk LIMIT 1
                """;
            var session = await context.Sessions.OpenAsync(cancellationToken).ConfigureAwait(false);
            await using (session.ConfigureAwait(false))
            {
                var command = session.Connection.Command(sql);
                await using (command.ConfigureAwait(false))
                {
                    parameters.CopyTo(command.Parameters);
                    var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
                    await using (reader.ConfigureAwait(false))
                    {
                        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                            throw new PgEmbedException(
                                $"Expected a row of collection '{collection.Name}' with key {key} and a vector, found none.",
                                "Is there such a row, has it text, and has it been embedded (SyncAsync)?");
                        return new QueryVectors(
                            [collection.Store.Space.Vector(VectorForms.Read(collection.Store.Codec, reader, 0))], []);
                    }
                }
            }
        }

        public override string Subject(SpaceVector vector) => $"like {key}";

        public override string Condition(SearchQuery query) =>
            $"NOT ({Same(query.SourceAlias, query.Collection, query.Parameters)})";

        private string Same(string alias, CollectionInfo collection, SqlParameters parameters) =>
            string.Join(" AND ", collection.KeyColumns.Select((column, i) =>
                $"{alias}.{SqlName.Quote(column.Name)} = "
                + parameters.Add(new NpgsqlParameter { Value = key[i], DataTypeName = column.TypeName })));
    }
}
