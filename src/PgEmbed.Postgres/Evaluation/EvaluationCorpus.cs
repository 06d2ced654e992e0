using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;
using PgEmbed.Postgres.Sql;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>Makes a collection of a test collection's documents, in a schema of their own.</summary>
public static class EvaluationCorpus
{
    /// <summary>The schema of the tables.</summary>
    public const string Schema = "pgembed_eval";

    /// <summary>
    /// Reads a corpus into table <c>pgembed_eval.NAME</c> and embeds it as collection NAME, both made where they are not
    /// there. Again, it embeds only what has changed; documents that the file has no more stay.
    /// </summary>
    /// <param name="dataSource">The database.</param>
    /// <param name="embedder">The model.</param>
    /// <param name="name">The collection's name.</param>
    /// <param name="path">The corpus, see <see cref="CorpusFile"/>.</param>
    /// <param name="progress">Told after every batch.</param>
    /// <param name="cancellationToken">Stops it; batches already written stay.</param>
    /// <exception cref="PgEmbedException">
    /// A line is not a document, or there is a collection of that name over another table.
    /// </exception>
    public static async Task<VectorCollection<CorpusDocument>> LoadAsync(
        NpgsqlDataSource dataSource,
        ITextEmbedder embedder,
        string name,
        string path,
        IProgress<EmbedProgress>? progress = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        ArgumentNullException.ThrowIfNull(embedder);
        var mapping = new CollectionMapping<CorpusDocument>(name)
            .Table(name, Schema).Key(d => d.Id).Text(d => d.Title).Text(d => d.Text);
        var table = dataSource.CreateCommand(
            $"""
            CREATE SCHEMA IF NOT EXISTS {Schema};
            CREATE TABLE IF NOT EXISTS {SqlName.Qualify(Schema, name)} (id text PRIMARY KEY, title text, text text NOT NULL);
            """);
        await using (table.ConfigureAwait(false))
            await table.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        var info = await new CollectionCatalog(dataSource)
            .DefineAsync(mapping.ToDefinition(), embedder.Space, cancellationToken).ConfigureAwait(false);
        var collection = new VectorCollection<CorpusDocument>(dataSource, embedder, info, mapping);
        await collection.UpsertAsync(CorpusFile.ReadAsync(path, cancellationToken), progress, cancellationToken)
            .ConfigureAwait(false);
        return collection;
    }
}
