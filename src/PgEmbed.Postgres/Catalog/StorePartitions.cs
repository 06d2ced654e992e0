using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Catalog;

/// <summary>
/// Adds partitions to a store: those that are named, or those that the rows of the source ask for. One that is there
/// already is left as it is, so all of this can be repeated. The server's <c>pgembed.add_partition</c> does the work,
/// since it can quote values into the statement, where a parameter can't stand.
/// </summary>
internal static class StorePartitions
{
    private static readonly string[] Times = ["pg_catalog.date", "pg_catalog.timestamp", "pg_catalog.timestamptz"];

    private static readonly string[] Numbers =
    [
        "pg_catalog.int2", "pg_catalog.int4", "pg_catalog.int8", "pg_catalog.numeric", "pg_catalog.float4",
        "pg_catalog.float8",
    ];

    /// <summary>Adds what is missing, within the caller's transaction.</summary>
    /// <param name="connection">In a transaction.</param>
    /// <param name="collection">The collection whose store it is.</param>
    /// <param name="wanted">The values, the bounds, the step or the number of frequent values.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The partitions that were made, and the statements that made them.</returns>
    /// <exception cref="PgEmbedException">
    /// A value or bound is none of the column's type, the step doesn't fit it, or there would be too many partitions.
    /// </exception>
    public static async Task<IReadOnlyList<(string Name, string Statement)>> AddAsync(
        NpgsqlConnection connection,
        CollectionInfo collection,
        Partitioning wanted,
        CancellationToken cancellationToken)
    {
        var made = new List<(string, string)>();
        foreach (var part in await PartsAsync(connection, collection, wanted, cancellationToken).ConfigureAwait(false))
        {
            if (await AddOneAsync(connection, collection, part, cancellationToken).ConfigureAwait(false) is { } name)
                made.Add((name, part.Statement(collection.Store.Sql)));
        }

        return made;
    }

    /// <summary>Adds those that are named, or else what is missing by now, within the caller's transaction.</summary>
    /// <exception cref="PgEmbedException">The store is not divided so.</exception>
    public static async Task<IReadOnlyList<(string Name, string Statement)>> AddAsync(
        NpgsqlConnection connection,
        CollectionInfo collection,
        IReadOnlyList<string?>? values,
        (string? Lower, string? Upper)? range,
        CancellationToken cancellationToken)
    {
        var partitioning = collection.Store.Partitioning;
        var fits = partitioning?.Strategy switch
        {
            PartitionStrategy.List => range is null && (values is not null || partitioning.Count is not null),
            PartitionStrategy.Range => values is null && (range is not null || partitioning.Step is not null),
            _ => false,
        };
        if (!fits || values is { Count: 0 } || range is (null, null))
            throw new PgEmbedException(
                $"Expected {(values is not null ? "a store partitioned by list, and values"
                    : range is not null ? "a store partitioned by range, and a bound"
                    : "a store partitioned by steps or by frequent values")}, found collection '{collection.Name}' "
                + $"partitioned by {partitioning?.ToString() ?? "nothing"}.",
                partitioning is null or { Strategy: PartitionStrategy.Hash }
                    ? "pgembed collection alter divides a store otherwise."
                    : "Name values of a list, or bounds of a range.");
        if (values is null && range is null)
            return await AddAsync(connection, collection, partitioning!, cancellationToken).ConfigureAwait(false);
        Part[] parts = range is { } bounds
            ? [new Part(null, bounds.Lower, bounds.Upper)]
            : [.. values!.Select(value => new Part([value], null, null))];
        var made = new List<(string, string)>();
        foreach (var part in parts)
        {
            if (await AddOneAsync(connection, collection, part, cancellationToken).ConfigureAwait(false) is { } name)
                made.Add((name, part.Statement(collection.Store.Sql)));
            else if (range is not null)
                throw new PgEmbedException(
                    $"Expected {part} that no partition of collection '{collection.Name}' has a part of, but one has.",
                    "pgembed collection show lists them.");
        }

        return made;
    }

    private static async Task<IReadOnlyList<Part>> PartsAsync(
        NpgsqlConnection connection,
        CollectionInfo collection,
        Partitioning wanted,
        CancellationToken cancellationToken)
    {
        switch (wanted)
        {
            case { Strategy: PartitionStrategy.Hash }:
                return [];
            case { Values.Count: > 0 }:
                return [.. wanted.Values.Select(value => new Part([value], null, null))];
            case { Bounds.Count: > 0 }:
                var bounds = wanted.Bounds;
                return
                [
                    .. Enumerable.Range(0, bounds.Count + 1).Select(i => new Part(
                        null, i == 0 ? null : bounds[i - 1], i == bounds.Count ? null : bounds[i])),
                ];
            case { Step: { } step }:
                return await StepsAsync(connection, collection, wanted.Column, step, cancellationToken)
                    .ConfigureAwait(false);
            case { Count: { } most }:
                var column = SqlName.Quote(wanted.Column);
                return await ReadAsync(
                    connection,
                    $"""
                    SELECT value::text FROM (
                        SELECT {column} AS value, count(*) AS rows FROM {collection.Source.Sql}
                        WHERE {column} IS NOT NULL GROUP BY {column}) frequent
                    ORDER BY rows DESC, value LIMIT $1
                    """,
                    [most],
                    reader => new Part([reader.GetString(0)], null, null),
                    cancellationToken).ConfigureAwait(false);
            default:
                return [];
        }
    }

    // A step of whole months is counted in months since January 2001, one of days and less by date_bin from Monday,
    // 1 January 2001. Rows at infinity, or before the year 1, stay in the default partition.
    private static async Task<IReadOnlyList<Part>> StepsAsync(
        NpgsqlConnection connection,
        CollectionInfo collection,
        string columnName,
        string step,
        CancellationToken cancellationToken)
    {
        var source = collection.Source.Column(columnName);
        var column = SqlName.Quote(columnName);
        var zoned = source.TypeName == "pg_catalog.timestamptz";
        string sql;
        if (Times.Contains(source.TypeName))
        {
            await CheckIntervalAsync(connection, step, cancellationToken).ConfigureAwait(false);
            sql = $"""
                SELECT DISTINCT to_char(b.lower, 'YYYY-MM-DD HH24:MI:SS.US') || '{(zoned ? "+00" : "")}',
                       to_char(b.lower + step.length, 'YYYY-MM-DD HH24:MI:SS.US') || '{(zoned ? "+00" : "")}'
                FROM (SELECT $1::interval AS length,
                             (extract(year FROM $1::interval) * 12 + extract(month FROM $1::interval))::integer AS months
                     ) step,
                     (SELECT {column}{(zoned ? " AT TIME ZONE 'UTC'" : "::timestamp")} AS at
                      FROM {collection.Source.Sql}
                      WHERE isfinite({column}) AND {column} >= '0001-01-02') rows,
                     LATERAL (SELECT CASE WHEN months = 0 THEN date_bin(length, at, timestamp '2001-01-01')
                          ELSE timestamp '2001-01-01' + interval '1 month' * (months * floor(
                              ((extract(year FROM at) - 2001) * 12 + extract(month FROM at) - 1) / months))
                          END AS lower) b
                ORDER BY 1 LIMIT {Partitioning.MaxPartitions}
                """;
        }
        else if (Numbers.Contains(source.TypeName))
        {
            if (!decimal.TryParse(step, NumberStyles.Number, CultureInfo.InvariantCulture, out var length) || length <= 0)
                throw new PgEmbedException(
                    $"Expected a step above zero for column {column} of type {source.Type}, got '{step}'.");
            sql = $"""
                SELECT DISTINCT (n * $1::numeric)::text, ((n + 1) * $1::numeric)::text, n
                FROM (SELECT floor({column}::numeric / $1::numeric) AS n FROM {collection.Source.Sql}
                      WHERE {column}::text NOT IN ('NaN', 'Infinity', '-Infinity')) steps
                ORDER BY n LIMIT {Partitioning.MaxPartitions}
                """;
        }
        else
        {
            throw new PgEmbedException(
                $"Expected a column of time or numbers to divide by a step, got {column} of type {source.Type}.",
                "Give bounds instead.");
        }

        var parts = await ReadAsync(
            connection,
            sql,
            [step],
            reader => new Part(null, reader.GetString(0), reader.GetString(1)),
            cancellationToken).ConfigureAwait(false);
        return parts.Count < Partitioning.MaxPartitions
            ? parts
            : throw new PgEmbedException(
                $"Expected fewer than {Partitioning.MaxPartitions} partitions by steps of {step}, got more.",
                "Take a larger step.");
    }

    private static async Task CheckIntervalAsync(
        NpgsqlConnection connection, string step, CancellationToken cancellationToken)
    {
        bool fits;
        try
        {
            var check = connection.Command(
                """
                SELECT i > interval '0' AND (
                    extract(year FROM i) * 12 + extract(month FROM i) = 0
                    OR i = make_interval(months => (extract(year FROM i) * 12 + extract(month FROM i))::integer)
                       AND extract(day FROM i) = 0 AND i::time = '00:00')
                FROM (SELECT $1::interval) AS step (i)
                """,
                step);
            await using (check.ConfigureAwait(false))
                fits = (bool)(await check.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
        }
        catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal))
        {
            throw new PgEmbedException($"Expected an interval such as '1 month' as step, got '{step}'.", innerException: e);
        }

        if (!fits)
            throw new PgEmbedException(
                $"Expected a step of whole months, or of days and less, above zero; got '{step}'.");
    }

    private static async Task<string?> AddOneAsync(
        NpgsqlConnection connection, CollectionInfo collection, Part part, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("SAVEPOINT pgembed_partition", [], cancellationToken).ConfigureAwait(false);
        try
        {
            var add = connection.Command(
                "SELECT pgembed.add_partition($1::regclass, $2::text[], $3::text, $4::text)",
                collection.Store.Sql,
                part.Values,
                part.Lower,
                part.Upper);
            await using (add.ConfigureAwait(false))
            {
                var name = (string)(await add.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
                await connection.ExecuteAsync("RELEASE SAVEPOINT pgembed_partition", [], cancellationToken)
                    .ConfigureAwait(false);
                return name;
            }
        }
        catch (PostgresException e) when (e is { Routine: "check_new_partition_bound", Detail: null })
        {
            // Its values have a partition already. (An empty range, the routine's other complaint, comes with a detail.)
            await connection.ExecuteAsync("ROLLBACK TO SAVEPOINT pgembed_partition", [], cancellationToken)
                .ConfigureAwait(false);
            return null;
        }
        catch (PostgresException e) when (e.SqlState.StartsWith("22", StringComparison.Ordinal)
            || e.SqlState == PostgresErrorCodes.InvalidObjectDefinition)
        {
            throw new PgEmbedException(
                $"Expected {part} to make a partition of collection '{collection.Name}', "
                + $"but the server says: {e.MessageText}.",
                innerException: e);
        }
    }

    private static async Task<List<Part>> ReadAsync(
        NpgsqlConnection connection,
        string sql,
        object?[] values,
        Func<NpgsqlDataReader, Part> read,
        CancellationToken cancellationToken)
    {
        var command = connection.Command(sql, values);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var parts = new List<Part>();
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    parts.Add(read(reader));
                return parts;
            }
        }
    }

    private sealed record Part(string?[]? Values, string? Lower, string? Upper)
    {
        // As a person would write it; what is run has parameters.
        public string Statement(string store) =>
            $"SELECT pgembed.add_partition({Literal(store)}, {(Values is null
                ? $"lower_bound => {Literal(Lower)}, upper_bound => {Literal(Upper)}"
                : $"ARRAY[{string.Join(", ", Values.Select(Literal))}]")})";

        private static string Literal(string? value) =>
            value is null ? "NULL" : $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

        public override string ToString() => Values is not null
            ? $"value {Values[0] ?? "NULL"}"
            : $"a range from {Lower ?? "the least"} to {Upper ?? "the greatest"}";
    }
}
