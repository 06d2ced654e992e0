using System.CommandLine;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Where judged queries are read from.</summary>
internal sealed class JudgedOptions(bool required)
{
    public Option<string?> Queries { get; } = new("--queries")
    {
        Description = "Queries: JSON lines with _id and text, or id and text with a tab between.",
        HelpName = "FILE",
        Required = required,
    };

    public Option<string?> Qrels { get; } = new("--qrels")
    {
        Description = "Judgments: TREC's 'query 0 document grade', or BEIR's and MTEB's TSV or JSON lines.",
        HelpName = "FILE",
        Required = required,
    };

    public Option<string?> Id { get; } = new("--id")
    {
        Description = "The table's column with the ids that judgments name. Default: its key.",
        HelpName = "COLUMN",
    };
}
