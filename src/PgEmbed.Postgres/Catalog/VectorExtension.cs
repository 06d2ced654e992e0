using Npgsql;
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

    /// <summary>The store column's type under a codec.</summary>
    public string ColumnType(Codec codec, int dimensions) =>
        $"{Type(TypeName(codec))}({dimensions.ToString(System.Globalization.CultureInfo.InvariantCulture)})";

    /// <summary>pgvector's type for a codec.</summary>
    public static string TypeName(Codec codec)
    {
        ArgumentNullException.ThrowIfNull(codec);
        return codec == Codec.F16 ? "halfvec" : "vector";
    }

    /// <summary>The most dimensions that an HNSW index takes under a codec.</summary>
    public static int MaxIndexedDimensions(Codec codec) => codec == Codec.F16 ? 4_000 : 2_000;

    /// <summary>The HNSW operator class for a codec and a metric.</summary>
    public string OperatorClass(Codec codec, DistanceMetric metric) =>
        SqlName.Qualify(Schema, TypeName(codec) + metric switch
        {
            DistanceMetric.Cosine => "_cosine_ops",
            DistanceMetric.L2 => "_l2_ops",
            DistanceMetric.InnerProduct => "_ip_ops",
            _ => throw new ArgumentOutOfRangeException(nameof(metric), metric, "Not a distance metric."),
        });

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
