using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search.Sampling;

/// <summary>Reads what <see cref="QuerySampler"/> has kept.</summary>
public sealed partial class QuerySamples
{
    /// <summary>What stands for a value in a sampled filter, before its number and a dollar sign.</summary>
    internal const string Marker = "$pgembed_value_";

    private readonly NpgsqlDataSource _dataSource;

    /// <summary>Creates a reader over a database.</summary>
    public QuerySamples(NpgsqlDataSource dataSource)
    {
        ArgumentNullException.ThrowIfNull(dataSource);
        _dataSource = dataSource;
    }

    /// <summary>The filters of a collection's samples, those of most searches first.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="most">How many filters.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<IReadOnlyList<SampledFilter>> FiltersAsync(
        CollectionInfo collection, int most = 100, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        var connection = await _dataSource.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using (connection.ConfigureAwait(false))
        {
            var rows = await SchemaMissing.GuardAsync(() => connection.QueryAsync<Row>(new CommandDefinition(
                """
                SELECT filter AS "Filter", filter_values AS "Values", filter_types AS "Types", max(k) AS "K",
                       sum(weight) AS "Weight"
                FROM pgembed.query_sample WHERE collection_id = @Id
                GROUP BY filter, filter_values, filter_types
                ORDER BY sum(weight) DESC, filter, filter_values LIMIT @most
                """,
                new { collection.Id, most },
                cancellationToken: cancellationToken))).ConfigureAwait(false);
            return [.. rows.Select(row => row.ToFilter())];
        }
    }

    /// <summary>Query vectors of a collection's samples, the latest first, where they were kept.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="most">How many.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns><c>float[d]</c> each, of the space that the collection is served from.</returns>
    public async Task<IReadOnlyList<ReadOnlyMemory<float>>> VectorsAsync(
        CollectionInfo collection, int most = 1_000, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(collection);
        var vectors = new List<ReadOnlyMemory<float>>();
        var command = _dataSource.CreateCommand(
            """
            SELECT embedding FROM pgembed.query_sample
            WHERE collection_id = $1 AND space_id = $2 AND embedding IS NOT NULL ORDER BY sample_id DESC LIMIT $3
            """);
        await using (command.ConfigureAwait(false))
        {
            foreach (var value in (object[])[collection.Id, collection.Store.Space.Id, most])
                command.Parameters.Add(new NpgsqlParameter { Value = value });
            var reader = await SchemaMissing.GuardAsync(() => command.ExecuteReaderAsync(cancellationToken))
                .ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                    vectors.Add(await reader.GetFieldValueAsync<ReadOnlyMemory<float>>(0, cancellationToken)
                        .ConfigureAwait(false));
            }
        }

        return vectors;
    }

    [GeneratedRegex(@"\$pgembed_value_([0-9]+)\$")]
    private static partial Regex Placeholder();

    private sealed class Row
    {
        public string? Filter { get; init; }

        public string[] Values { get; init; } = [];

        public string[] Types { get; init; } = [];

        public int K { get; init; }

        public double Weight { get; init; }

        public SampledFilter ToFilter()
        {
            if (Filter is null)
                return new SampledFilter(null, null, K, Weight);
            var format = Placeholder().Replace(
                Filter.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal),
                match => $"({{{Index(match)}}})::{Types[Index(match)]}");
            // In one pass: a value may look like a placeholder.
            var text = Placeholder().Replace(
                Filter,
                match => Index(match) is var i && Values[i] is { } value
                    ? $"'{value.Replace("'", "''", StringComparison.Ordinal)}'::{Types[i]}"
                    : "NULL");
            object?[] values = Array.ConvertAll(Values, object? (value) => new NpgsqlParameter
            {
                Value = (object?)value ?? DBNull.Value,
                NpgsqlDbType = NpgsqlDbType.Text,
            });
            return new SampledFilter(
                text,
                SqlFilter.From(FormattableStringFactory.Create(format, values)),
                K,
                Weight);
        }

        private static int Index(Match match) => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) - 1;
    }
}
