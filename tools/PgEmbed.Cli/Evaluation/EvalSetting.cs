using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Evaluation;
using PgEmbed.Postgres.Filters;
using PgEmbed.Postgres.Hybrid;
using PgEmbed.Postgres.Search;

namespace PgEmbed.Cli.Evaluation;

/// <summary>One way to search that <c>pgembed eval</c> judges: how a collection is searched, or a run file.</summary>
internal sealed record EvalSetting
{
    private const string Expected = "ef-search=N, exact, hybrid, fusion=NAME, text-weight=SHARE, filter=SQL or run=FILE, with semicolons between and filter last";

    public required string Name { get; init; }

    public int? EfSearch { get; init; }

    public bool Exact { get; init; }

    public string? Filter { get; init; }

    public string? RunFile { get; init; }

    /// <summary>How words count too; null for by meaning alone. What the index is to do is said beside it.</summary>
    public HybridOptions? Hybrid { get; init; }

    public EvaluationOptions Options(int depth, string? idColumn)
    {
        var search = new SearchOptions { EfSearch = EfSearch, Exact = Exact };
        return new EvaluationOptions
        {
            Name = Name,
            Depth = depth,
            IdColumn = idColumn,
            Filter = Filter is null ? null : SqlFilter.Raw(Filter),
            Search = search,
            Hybrid = Hybrid is null ? null : Hybrid with { Search = search },
        };
    }

    /// <summary>What a setting is called where nobody names it: what <c>--compare</c> would say.</summary>
    public string Describe()
    {
        List<string> parts = [];
        if (EfSearch is not null)
            parts.Add($"ef-search={EfSearch}");
        if (Exact)
            parts.Add("exact");
        if (Hybrid is not null)
            parts.Add("hybrid");
        if (Hybrid is { Fusion: HybridFusion.ReciprocalRank })
            parts.Add("fusion=rrf");
        if (Hybrid is { TextWeight: { } weight })
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"text-weight={weight}"));
        if (RunFile is not null)
            parts.Add($"run={RunFile}");
        if (Filter is not null)
            parts.Add($"filter={Filter}");
        return parts.Count == 0 ? "default" : string.Join("; ", parts);
    }

    /// <summary>Reads what <c>--compare</c> says: it stands in place of the options of the same names.</summary>
    public static EvalSetting Parse(string text)
    {
        var setting = new EvalSetting { Name = text };
        for (var rest = text.Trim(); rest.Length > 0;)
        {
            // A filter may have semicolons of its own.
            var end = rest.StartsWith("filter=", StringComparison.Ordinal)
                ? -1
                : rest.IndexOf(';', StringComparison.Ordinal);
            var part = (end < 0 ? rest : rest[..end]).Trim();
            rest = end < 0 ? "" : rest[(end + 1)..].TrimStart();
            setting = part.Split('=', 2) switch
            {
                ["exact"] => setting with { Exact = true },
                ["ef-search", var n] when int.TryParse(n, out var ef) => setting with { EfSearch = ef },
                ["hybrid"] => setting with { Hybrid = setting.Hybrid ?? new HybridOptions() },
                ["fusion", var name] => setting with
                {
                    Hybrid = (setting.Hybrid ?? new HybridOptions()) with { Fusion = HybridSettings.FusionOf(name) },
                },
                ["text-weight", var share] when double.TryParse(share, CultureInfo.InvariantCulture, out var weight) =>
                    setting with
                    {
                        Hybrid = (setting.Hybrid ?? new HybridOptions()) with { TextWeight = HybridSettings.Share(weight) },
                    },
                ["filter", var sql] when !string.IsNullOrWhiteSpace(sql) => setting with { Filter = sql },
                ["run", { Length: > 0 } file] => setting with { RunFile = file },
                _ => throw new UsageException($"Expected --compare to say {Expected}, got '{part}'."),
            };
        }

        if (setting is { RunFile: not null } and not { EfSearch: null, Exact: false, Filter: null, Hybrid: null })
            throw new UsageException("Expected --compare run=FILE alone: a run was searched already.");
        return text.Length > 0 ? setting : throw new UsageException($"Expected --compare to say {Expected}, got nothing.");
    }
}
