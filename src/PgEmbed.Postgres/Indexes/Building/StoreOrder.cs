using System.Globalization;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Sql;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Indexes.Building;

/// <summary>
/// Lays a store's rows on disk in a chosen order. Ranks are worked out first, while everybody goes on. Then in one
/// transaction, under a lock that lets searches read and writers wait: the rows are copied, deleted, and inserted again by
/// rank, after the old ones, which VACUUM clears away. Searches of older snapshots still see the old rows. A row that
/// changes between ranking and lock has no rank any more and comes last.
/// </summary>
internal sealed class StoreOrder(NpgsqlConnection connection, IndexTarget target, InsertionOrder order, ShortDdl ddl)
{
    private const string Ranks = "_pgembed_rank";
    private const string Rows = "_pgembed_row";
    private const int SampleRows = 5_000;
    private const int BatchRows = 5_000;

    /// <exception cref="PgEmbedException">The table is no store, or its vectors have no such order.</exception>
    public static void MustApply(IndexTarget target, InsertionOrder order)
    {
        if (order == InsertionOrder.AsStored)
            return;
        if (target.StoreId is null)
            throw new PgEmbedException(
                $"Expected a collection's store to lay in another order, got {target.TableSql}.",
                "A table of your own is yours to order: insert its rows anew, or CLUSTER it.");
        if (order != InsertionOrder.Shuffled && target.ColumnType is not (IndexedType.Vector or IndexedType.Halfvec))
            throw new PgEmbedException(
                $"Expected vector or halfvec to estimate dimensionality from, got {target.ColumnType.ToName()}.",
                "Its rows can be shuffled.");
    }

    /// <summary>What is run on one table, in words of SQL.</summary>
    public static IReadOnlyList<string> Statements(TablePart part) =>
    [
        $"LOCK TABLE ONLY {part.Sql} IN EXCLUSIVE MODE",
        $"DELETE FROM ONLY {part.Sql}",
        $"INSERT INTO {part.Sql} SELECT the same rows ORDER BY rank",
        $"VACUUM {part.Sql}",
    ];

    /// <summary>Orders the rows of one table.</summary>
    public async Task RunAsync(TablePart part, CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(
                $"DROP TABLE IF EXISTS pg_temp.{Ranks}; CREATE TEMPORARY TABLE {Ranks} (place tid, rank bigint)",
                cancellationToken).ConfigureAwait(false);
            await (order == InsertionOrder.Shuffled
                ? RunAsync(
                    $"INSERT INTO pg_temp.{Ranks} SELECT ctid, row_number() OVER (ORDER BY random()) FROM ONLY {part.Sql}",
                    cancellationToken)
                : RankByDimensionalityAsync(part, cancellationToken)).ConfigureAwait(false);
            await RunAsync($"ANALYZE pg_temp.{Ranks}", cancellationToken).ConfigureAwait(false);
            await ddl.RunAsync(
                connection, token => RewriteAsync(part, token), $"LOCK TABLE {part.Sql}", cancellationToken)
                .ConfigureAwait(false);
            await RunAsync($"VACUUM {part.Sql}", cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (connection.State == System.Data.ConnectionState.Open)
                await RunAsync($"DROP TABLE IF EXISTS pg_temp.{Ranks}", CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task<bool> RewriteAsync(TablePart part, CancellationToken cancellationToken)
    {
        await RunAsync($"LOCK TABLE ONLY {part.Sql} IN EXCLUSIVE MODE", cancellationToken).ConfigureAwait(false);
        var columns = SqlName.List(await connection.QueryAsync<string>(new CommandDefinition(
            """
            SELECT attname FROM pg_catalog.pg_attribute
            WHERE attrelid = @table::pg_catalog.regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''
            ORDER BY attnum
            """,
            new { table = part.Sql },
            cancellationToken: cancellationToken)).ConfigureAwait(false));
        await RunAsync(
            $"""
            CREATE TEMPORARY TABLE {Rows} ON COMMIT DROP AS
            SELECT r.rank AS _pgembed_rank, s.* FROM ONLY {part.Sql} s LEFT JOIN pg_temp.{Ranks} r ON r.place = s.ctid;
            DELETE FROM ONLY {part.Sql};
            INSERT INTO {part.Sql} ({columns}) OVERRIDING SYSTEM VALUE
            SELECT {columns} FROM pg_temp.{Rows} ORDER BY _pgembed_rank NULLS LAST
            """,
            cancellationToken).ConfigureAwait(false);
        return true;
    }

    private async Task RankByDimensionalityAsync(TablePart part, CancellationToken cancellationToken)
    {
        var count = await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            $"SELECT count(*) FROM ONLY {part.Sql}", commandTimeout: 0, cancellationToken: cancellationToken))
            .ConfigureAwait(false);
        var share = count == 0 ? 100 : Math.Min(100, 100.0 * SampleRows / count);
        var sample = new List<(string Place, float[] Vector)>();
        await foreach (var batch in BatchesAsync(
            string.Create(CultureInfo.InvariantCulture, $"TABLESAMPLE BERNOULLI ({share}) REPEATABLE (1)"),
            part, cancellationToken).ConfigureAwait(false))
            sample.AddRange(batch);
        if (sample.Count == 0)
            return;
        var near = Block(sample);
        var metric = target.OperatorClass.Metric == IndexMetric.Cosine ? DistanceMetric.Cosine : DistanceMetric.L2;
        var places = new List<(string Place, double Dimensions)>();
        await foreach (var batch in BatchesAsync("", part, cancellationToken).ConfigureAwait(false))
        {
            var local = IntrinsicDimension.AtEach(Block(batch), near, metric, cancellationToken: cancellationToken);
            // Without an estimate: among doubles, where there is hardly any dimension.
            places.AddRange(batch.Select((row, i) => (row.Place, double.IsNaN(local[i]) ? 0 : local[i])));
        }

        var sign = order == InsertionOrder.DimensionalityUp ? 1 : -1;
        var import = await connection.BeginTextImportAsync(
            $"COPY pg_temp.{Ranks} FROM STDIN", cancellationToken).ConfigureAwait(false);
        await using (import.ConfigureAwait(false))
        {
            var rank = 0L;
            foreach (var (place, _) in places.OrderBy(p => sign * p.Dimensions))
                await import.WriteAsync(
                    string.Create(CultureInfo.InvariantCulture, $"{place}\t{rank++}\n").AsMemory(), cancellationToken)
                    .ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<List<(string Place, float[] Vector)>> BatchesAsync(
        string sampling,
        TablePart part,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var command = connection.Command(
            $"SELECT ctid::text, {SqlName.Quote(target.Column)} FROM ONLY {part.Sql} {sampling}");
        command.CommandTimeout = 0;
        await using (command.ConfigureAwait(false))
        {
            var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            await using (reader.ConfigureAwait(false))
            {
                var batch = new List<(string, float[])>(BatchRows);
                while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    batch.Add((reader.GetString(0), await reader.GetFieldValueAsync<float[]>(1, cancellationToken)
                        .ConfigureAwait(false)));
                    if (batch.Count < BatchRows)
                        continue;
                    yield return batch;
                    batch = new List<(string, float[])>(BatchRows);
                }

                if (batch.Count > 0)
                    yield return batch;
            }
        }
    }

    private static VectorBlock Block(List<(string Place, float[] Vector)> rows)
    {
        var block = new VectorBlock(rows.Count, rows[0].Vector.Length);
        for (var i = 0; i < rows.Count; i++)
            rows[i].Vector.CopyTo(block.Row(i));
        return block;
    }

    private async Task RunAsync(string statement, CancellationToken cancellationToken)
    {
        var command = connection.Command(statement);
        await using (command.ConfigureAwait(false))
        {
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        }
    }
}
