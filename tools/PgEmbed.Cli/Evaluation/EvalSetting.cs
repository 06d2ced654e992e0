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
    private const string Expected =
        "ef-search=N, exact, min-relevance=P, hybrid, text-weight=W, fusion=KIND, filter=SQL or run=FILE, with semicolons "
        + "between and filter last";

    public required string Name { get; init; }

    public int? EfSearch { get; init; }

    public bool Exact { get; init; }

    public double? MinRelevance { get; init; }

    public bool Hybrid { get; init; }

    public double? TextWeight { get; init; }

    public string? Fusion { get; init; }

    public string? Filter { get; init; }

    public string? RunFile { get; init; }

    /// <summary>Whether it says how to search, which a run from elsewhere was already.</summary>
    public bool SaysHow =>
        this is not { EfSearch: null, Exact: false, MinRelevance: null, Hybrid: false, TextWeight: null, Fusion: null, Filter: null };

    public EvaluationOptions Options(int depth, string? idColumn)
    {
        var search = new SearchOptions { EfSearch = EfSearch, Exact = Exact, MinRelevance = MinRelevance };
        return new EvaluationOptions
        {
            Name = Name,
            Depth = depth,
            IdColumn = idColumn,
            Filter = Filter is null ? null : SqlFilter.Raw(Filter),
            Search = search,
            Hybrid = Hybrid || TextWeight is not null || Fusion is not null
                ? new HybridOptions
                {
                    Search = search,
                    TextWeight = TextWeight,
                    Fusion = HybridSettings.Fusion(Fusion ?? "weighted"),
                }
                : null,
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
        if (MinRelevance is { } relevance)
            parts.Add($"min-relevance={Format.Number(relevance, "R")}");
        if (Hybrid)
            parts.Add("hybrid");
        if (TextWeight is { } weight)
            parts.Add($"text-weight={Format.Number(weight, "R")}");
        if (Fusion is not null)
            parts.Add($"fusion={Fusion}");
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
                ["min-relevance", var p] when Number(p) is { } share => setting with { MinRelevance = share },
                ["hybrid"] => setting with { Hybrid = true },
                ["text-weight", var w] when Number(w) is { } weight => setting with { TextWeight = weight },
                ["fusion", "weighted" or "rrf"] => setting with { Fusion = part[7..] },
                ["filter", var sql] when !string.IsNullOrWhiteSpace(sql) => setting with { Filter = sql },
                ["run", { Length: > 0 } file] => setting with { RunFile = file },
                _ => throw new UsageException($"Expected --compare to say {Expected}, got '{part}'."),
            };
        }

        if (setting is { RunFile: not null, SaysHow: true })
            throw new UsageException("Expected --compare run=FILE alone: a run was searched already.");
        return text.Length > 0 ? setting : throw new UsageException($"Expected --compare to say {Expected}, got nothing.");
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
}
