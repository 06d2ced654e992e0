using PgEmbed.Quality;

namespace PgEmbed.Cli.Evaluation;

/// <summary>What <c>pgembed eval</c> is asked.</summary>
internal sealed record EvalRequest
{
    public string? Collection { get; init; }

    public required string QrelsFile { get; init; }

    public string? QueriesFile { get; init; }

    public string? CorpusFile { get; init; }

    public required IReadOnlyList<QualityMeasure> Measures { get; init; }

    public required int Depth { get; init; }

    public int RelevantFrom { get; init; } = 1;

    public bool SkipNotRun { get; init; }

    public string? By { get; init; }

    public string? IdColumn { get; init; }

    public required EvalSetting Setting { get; init; }

    public EvalSetting? Compared { get; init; }

    public string? SaveRun { get; init; }

    public bool PerQuery { get; init; }

    public required BootstrapOptions Bootstrap { get; init; }

    /// <summary>Whether a collection is searched, or only run files are read.</summary>
    public bool Searches => Setting.RunFile is null || Compared is { RunFile: null };
}
