using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;

namespace PgEmbed.Postgres.Indexes.Tuning;

/// <summary>What the catalog has of tuning, store by store.</summary>
internal static class TuningCatalog
{
    public static async Task<TunedIndex?> FindAsync(
        NpgsqlConnection connection, int storeId, CancellationToken cancellationToken) =>
        await SchemaMissing.GuardAsync(() => connection.QuerySingleOrDefaultAsync<TunedIndex?>(new CommandDefinition(
            """
            SELECT tuned_m AS "M", tuned_ef_construction AS "EfConstruction", tuned_ef_search AS "EfSearch",
                   tuned_recall AS "Recall", tuned_k AS "K", tuned_at AS "At"
            FROM pgembed.store WHERE store_id = @storeId AND tuned_at IS NOT NULL
            """,
            new { storeId },
            cancellationToken: cancellationToken))).ConfigureAwait(false);

    public static async Task WriteAsync(
        NpgsqlConnection connection, int storeId, IndexTuning tuning, CancellationToken cancellationToken)
    {
        var advice = tuning.Advice!;
        await SchemaMissing.GuardAsync(() => connection.ExecuteAsync(new CommandDefinition(
            """
            UPDATE pgembed.store
            SET tuned_m = @M, tuned_ef_construction = @EfConstruction, tuned_ef_search = @EfSearch,
                tuned_recall = @Recall, tuned_k = @K, tuned_at = now()
            WHERE store_id = @storeId
            """,
            new { storeId, advice.M, advice.EfConstruction, advice.EfSearch, tuning.Recall, tuning.K },
            cancellationToken: cancellationToken))).ConfigureAwait(false);
    }
}
