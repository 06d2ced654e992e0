using Dapper;
using Npgsql;
using PgEmbed.Codecs;

namespace PgEmbed.Postgres.Catalog;

/// <summary>
/// Fitted codecs in a database: what was fitted, and the same in a form by which <c>pgembed.decode</c> and
/// <c>pgembed.distances</c> read codes without .NET.
/// </summary>
/// <param name="dataSource">The database.</param>
public sealed class CodecCatalog(NpgsqlDataSource dataSource)
{
    /// <summary>Records a codec.</summary>
    /// <param name="name">What it is to be called.</param>
    /// <param name="codec">The codec.</param>
    /// <param name="space">The space of the vectors that it codes.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>False where the same is recorded under this name.</returns>
    /// <exception cref="PgEmbedException">
    /// The space has other dimensions or another metric than the codec, or there is another codec of this name, whose codes
    /// this one would read wrongly.
    /// </exception>
    public async Task<bool> SaveAsync(
        string name, VectorCodec codec, VectorSpace space, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(codec);
        ArgumentNullException.ThrowIfNull(space);
        if (space.Dimensions != codec.Dimensions || space.Metric != codec.Metric)
            throw new PgEmbedException(
                $"Expected a codec of {space.Dimensions} dimensions under {space.Metric.ToName()} for space {space.Name}, got "
                + $"one of {codec.Dimensions} under {codec.Metric.ToName()}.",
                "Fit it on vectors of the space.");
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var ending = transaction.ConfigureAwait(false);
        var added = await AddAsync(connection, name, codec, space, null, cancellationToken).ConfigureAwait(false);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        return added;
    }

    /// <summary>As <see cref="SaveAsync"/>, within the caller's transaction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="name">What it is to be called.</param>
    /// <param name="codec">The codec.</param>
    /// <param name="space">The space of the vectors that it codes.</param>
    /// <param name="form">The indexed form that it makes; null where it ranks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    internal static async Task<bool> AddAsync(
        NpgsqlConnection connection,
        string name,
        VectorCodec codec,
        VectorSpace space,
        IndexedForm? form,
        CancellationToken cancellationToken)
    {
        var layout = codec.Quantizer.Layout;
        var (matrix, shift) = codec.DecodingMap();
        var id = await connection.QuerySingleOrDefaultAsync<int?>(new CommandDefinition(
            """
            INSERT INTO pgembed.codec (name, kind, parameters, fingerprint, space_id, metric, dimensions, coded_dimensions,
                code_bytes, has_factor, levels, lows, steps, parts, shift)
            VALUES (@name, @kind, @parameters, @Fingerprint, @spaceId, @metric, @Dimensions, @coded,
                @CodeBytes, @hasFactor, @levels, @lows, @steps, @parts, @shift)
            ON CONFLICT (name) DO NOTHING
            RETURNING codec_id
            """,
            new
            {
                name,
                kind = codec.Quantizer.Name,
                parameters = codec.Parameters.ToArray(),
                codec.Fingerprint,
                spaceId = space.Id,
                metric = codec.Metric.ToName(),
                codec.Dimensions,
                coded = codec.Quantizer.Dimensions,
                codec.CodeBytes,
                hasFactor = layout.HasFactor,
                levels = layout.Levels.ToArray(),
                lows = layout.Lows?.ToArray(),
                steps = layout.Steps?.ToArray(),
                parts = layout.Parts?.ToArray(),
                shift,
            },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        if (id is null)
        {
            var found = await connection.QuerySingleAsync<string?>(new CommandDefinition(
                "SELECT fingerprint FROM pgembed.codec WHERE name = @name", new { name },
                cancellationToken: cancellationToken)).ConfigureAwait(false);
            return found == codec.Fingerprint
                ? false
                : throw new PgEmbedException(
                    $"Expected a new name for codec {codec.Fingerprint[..12]}, got '{name}', which is that of "
                    + $"{found?[..12] ?? "a codec that is not fitted"}.",
                    "Take another name: codes of the other one could not be read any more.");
        }

        if (matrix is not null)
        {
            var (d, m) = (codec.Dimensions, codec.Quantizer.Dimensions);
            var transposed = new float[matrix.Length];
            for (var i = 0; i < matrix.Length; i++)
                transposed[((i % m) * d) + (i / m)] = matrix[i];
            await AddWeightsAsync(connection, id.Value, false, matrix, m, cancellationToken).ConfigureAwait(false);
            await AddWeightsAsync(connection, id.Value, true, transposed, d, cancellationToken).ConfigureAwait(false);
        }

        // A form that leaves vectors as they are needs no rows.
        if (form is not null && (form.IsBits || matrix is not null || shift is not null))
            await AddFormAsync(connection, id.Value, form, codec.Dimensions, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Reads a codec.</summary>
    /// <param name="name">What it is called.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There is no fitted codec of this name, or its row was changed.</exception>
    public async Task<VectorCodec> ReadAsync(string name, CancellationToken cancellationToken = default)
    {
        var connection = await dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var closing = connection.ConfigureAwait(false);
        var (parameters, fingerprint) = await connection.QuerySingleOrDefaultAsync<(byte[]?, string?)>(new CommandDefinition(
            "SELECT parameters, fingerprint FROM pgembed.codec WHERE name = @name", new { name },
            cancellationToken: cancellationToken)).ConfigureAwait(false);
        if (parameters is null)
            throw new PgEmbedException($"Expected the name of a fitted codec, got '{name}'.", "Fit and save one first.");
        var codec = VectorCodec.Deserialize(parameters);
        return codec.Fingerprint == fingerprint
            ? codec
            : throw new PgEmbedException(
                $"Expected codec '{name}' of fingerprint {fingerprint}, got parameters of {codec.Fingerprint}.",
                "The catalog's row was changed: restore it.");
    }

    private static async Task AddFormAsync(
        NpgsqlConnection connection, int id, IndexedForm form, int length, CancellationToken cancellationToken)
    {
        for (var row = 0; row < form.Dimensions; row++)
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO pgembed.codec_form VALUES (@id, @position, @weights, @shift)",
                new
                {
                    id,
                    position = row + 1,
                    weights = form.Weights.Slice(row * length, length).ToArray(),
                    shift = form.Offsets.Span[row],
                },
                cancellationToken: cancellationToken)).ConfigureAwait(false);
    }

    private static async Task AddWeightsAsync(
        NpgsqlConnection connection, int id, bool forQuery, float[] matrix, int length, CancellationToken cancellationToken)
    {
        for (var row = 0; row * length < matrix.Length; row++)
            await connection.ExecuteAsync(new CommandDefinition(
                "INSERT INTO pgembed.codec_weights VALUES (@id, @forQuery, @position, @weights)",
                new { id, forQuery, position = row + 1, weights = matrix[(row * length)..((row + 1) * length)] },
                cancellationToken: cancellationToken)).ConfigureAwait(false);
    }
}
