using System.CommandLine;
using System.Globalization;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Options of searches by meaning and words together, as several commands spell them.</summary>
internal sealed class HybridSettings
{
    public Option<bool> Hybrid { get; } = new("--hybrid")
    {
        Description = "Search by words too; needs a text index: pgembed text build.",
    };

    public Option<string?> Fusion { get; } = new("--fusion")
    {
        Description = "How --hybrid makes one ranking of two: weighted scores (default), or rrf, reciprocal ranks.",
        HelpName = "weighted|rrf",
    };

    public Option<double?> TextWeight { get; } = new("--text-weight")
    {
        Description = "How much words count in --hybrid, 0 to 1. Default: what pgembed text fit found, else 0.35.",
        HelpName = "SHARE",
    };

    public void AddTo(Command command)
    {
        command.Add(Hybrid);
        command.Add(Fusion);
        command.Add(TextWeight);
    }

    /// <summary>What was asked for; null for a search by meaning alone.</summary>
    public HybridOptions? Read(ParseResult parsed, SearchOptions search)
    {
        var (fusion, weight) = (parsed.GetValue(Fusion), parsed.GetValue(TextWeight));
        if (parsed.GetValue(Hybrid))
            return new HybridOptions { Fusion = FusionOf(fusion), TextWeight = Share(weight), Search = search };
        if (fusion is not null || weight is not null)
            throw new UsageException("Expected --fusion and --text-weight with --hybrid.");
        return null;
    }

    /// <summary>A fusion by its name; null is the default.</summary>
    public static HybridFusion FusionOf(string? name) => name switch
    {
        null or "weighted" => HybridFusion.Weighted,
        "rrf" => HybridFusion.ReciprocalRank,
        _ => throw new UsageException($"Expected a fusion, weighted or rrf, got '{name}'."),
    };

    /// <summary>A text weight that is checked.</summary>
    public static double? Share(double? weight) => weight is null or (>= 0 and <= 1)
        ? weight
        : throw new UsageException(string.Create(
            CultureInfo.InvariantCulture, $"Expected a text weight from 0 to 1, got {weight}."));
}
