using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed relevance</c>: what relevance a distance stands for.</summary>
internal static class RelevanceCommand
{
    public static Command Create(Terminal terminal) => new("relevance", "Relevance, for searches with --min-relevance.")
    {
        RelevanceFitCommand.Create(terminal),
    };
}
