using Npgsql;
using PgEmbed.Postgres.Indexes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>
/// Where pgvector is in this database. Its types and operators are always named with their schema, so that nothing
/// depends on a session's search_path.
/// </summary>
/// <param name="Schema">The schema it is installed in.</param>
/// <param name="Version">Its version.</param>
public sealed record VectorExtension(string Schema, Version Version)
{
    /// <summary>The oldest version that works: the first with iterative scans.</summary>
    public static Version Minimum { get; } = new(0, 8);

    /// <summary>A type of pgvector's, quoted and with its schema.</summary>
    public string Type(string name) => SqlName.Qualify(Schema, name);

    /// <summary>An operator of pgvector's in its qualified form.</summary>
    public string Operator(DistanceMetric metric) => $"OPERATOR({SqlName.Quote(Schema)}.{Symbol(metric)})";

    /// <summary>The type of what a store indexes.</summary>
    internal string IndexedType(StoreInfo store) =>
        IndexedTypeExtensions.Of(store.Codec).Sql(this, store.IndexedDimensions);

    /// <summary>What is known to be wrong with HNSW indexes in this version, with the remedy; null where nothing is.</summary>
    public string? Fault
    {
        get
        {
            string[] faults =
            [
                .. Before(2) ? ["parallel builds can write out of bounds (CVE-2026-3172)"] : (string[])[],
                .. Before(3) ? ["vacuum can corrupt an index"] : (string[])[],
                .. Before(4) ? ["vacuum can leave a graph unrepaired"] : (string[])[],
            ];
            return faults.Length == 0
                ? null
                : $"pgvector {Version}: {string.Join("; ", faults)}. Install 0.8.4 or newer, run ALTER EXTENSION vector "
                    + "UPDATE, then rebuild the indexes.";

            bool Before(int patch) => Version < new Version(0, 8, patch);
        }
    }

    /// <summary>Finds pgvector in the database.</summary>
    /// <exception cref="PgEmbedException">It is not installed there, or older than <see cref="Minimum"/>.</exception>
    internal static async Task<VectorExtension> FindAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = connection.Command(
            """
            SELECT n.nspname, e.extversion
            FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'vector'
            """);
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    throw new PgEmbedException(
                        $"Expected the extension pgvector {Minimum} or newer in database "
                        + $"'{connection.Database}', found none.",
                        "Install the package for your server's version, then run: CREATE EXTENSION vector");
                var version = Version.Parse(reader.GetString(1));
                if (version < Minimum)
                    throw new PgEmbedException(
                        $"Expected pgvector {Minimum} or newer in database '{connection.Database}', found {version}.",
                        "Install a newer package, then run: ALTER EXTENSION vector UPDATE");
                return new VectorExtension(reader.GetString(0), version);
            }
        }
    }

    private static string Symbol(DistanceMetric metric) => metric switch
    {
        DistanceMetric.Cosine => "<=>",
        DistanceMetric.L2 => "<->",
        DistanceMetric.InnerProduct => "<#>",
        _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Not a distance metric."),
    };
}
