using Npgsql;
using PgEmbed.Postgres.Search.Sampling;

namespace PgEmbed.Hosting;

/// <summary>How the services are made that <c>AddPgEmbed</c> adds.</summary>
public sealed class PgEmbedOptions
{
    /// <summary>
    /// The database. Null: <see cref="DataSource"/>, and without that the <see cref="NpgsqlDataSource"/> of the services.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>Gives the database's data source, built with <c>UsePgEmbed()</c>; never disposed here.</summary>
    public Func<IServiceProvider, NpgsqlDataSource>? DataSource { get; set; }

    /// <summary>
    /// The folder of an ONNX model. Null: <see cref="Embedder"/>, without that the <see cref="ITextEmbedder"/> of the services,
    /// and without that the small English model that comes with PgEmbed.
    /// </summary>
    public string? ModelFolder { get; set; }

    /// <summary>Gives the model; never disposed here.</summary>
    public Func<IServiceProvider, ITextEmbedder>? Embedder { get; set; }

    /// <summary>Logs the values of searches too, at level Trace.</summary>
    public bool LogValues { get; set; }

    /// <summary>Keeps a share of the searches as samples, for <c>pgembed index advise</c>; null keeps none.</summary>
    public QuerySamplerOptions? Sampling { get; set; }

    /// <summary>Throws where an option can't be used.</summary>
    /// <exception cref="PgEmbedException">
    /// Two options say the same thing, the connection string can't be read, there is no such folder, or sampling is out of
    /// its range.
    /// </exception>
    public void Validate()
    {
        if (ConnectionString is not null && DataSource is not null)
            throw new PgEmbedException(
                $"Expected {nameof(ConnectionString)} or {nameof(DataSource)}, got both.", "Leave one out.");
        if (ModelFolder is not null && Embedder is not null)
            throw new PgEmbedException($"Expected {nameof(ModelFolder)} or {nameof(Embedder)}, got both.", "Leave one out.");
        if (ModelFolder is not null && !Directory.Exists(ModelFolder))
            throw new PgEmbedException(
                $"Expected a model's folder, found none at '{ModelFolder}'.", "Fetch a model: pgembed model pull");
        Sampling?.Validate();
        if (ConnectionString is null)
            return;
        try
        {
            _ = new NpgsqlConnectionStringBuilder(ConnectionString);
        }
        catch (ArgumentException e)
        {
            // Npgsql's message names the part that it doesn't know, never a value: a password stays out of it.
            throw new PgEmbedException(
                $"Expected a connection string of Npgsql, got one that it can't read: {e.Message}",
                "Host=…;Database=…;Username=…",
                e);
        }
    }
}
