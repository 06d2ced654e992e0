namespace PgEmbed.Cli.Demo;

/// <summary>What the demo measured.</summary>
internal sealed record DemoReport(
    string Model,
    long Rows,
    long Embedded,
    long Truncated,
    double EmbedSeconds,
    bool IndexBuilt,
    double IndexSeconds,
    IReadOnlyList<DemoSearch> Searches,
    DemoRecall Recall,
    DemoSizes Sizes);

/// <summary>One of the demo's searches.</summary>
internal sealed record DemoSearch(
    string Text, string Filter, string Plan, double Milliseconds, double RecallAt10, IReadOnlyList<DemoHit> Hits);

/// <summary>A row that a search found.</summary>
internal sealed record DemoHit(double Distance, int Id, string Name, string Section, int InstalledKb, string Synopsis);

/// <summary>Recall@10 of searches through the index against exact ones, over many queries.</summary>
internal sealed record DemoRecall(int Queries, double RecallAt10, double IndexMilliseconds, double ExactMilliseconds);

/// <summary>Bytes on disk.</summary>
internal sealed record DemoSizes(long Table, long Store, long Index);
