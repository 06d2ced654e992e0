using PgEmbed.Postgres.Hybrid;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Options of hybrid search, as several commands spell them.</summary>
internal static class HybridSettings
{
    /// <summary>What <c>--fusion</c> says.</summary>
    public static HybridFusion Fusion(string text) => text switch
    {
        "weighted" => HybridFusion.Weighted,
        "rrf" => HybridFusion.ReciprocalRank,
        _ => throw new UsageException($"Expected a fusion, weighted or rrf, got '{text}'."),
    };
}
