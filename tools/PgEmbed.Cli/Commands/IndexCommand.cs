using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index</c>: HNSW indexes of collections, and of any table with a vector column.</summary>
internal static class IndexCommand
{
    public static Command Create(Terminal terminal) => new("index", "HNSW indexes.")
    {
        IndexListCommand.Create(terminal),
        IndexBuildCommand.Create(terminal, rebuild: false),
        IndexBuildCommand.Create(terminal, rebuild: true),
        IndexCheckCommand.Create(terminal),
        IndexTuneCommand.Create(terminal),
        IndexHealthCommand.Create(terminal),
        IndexAdviseCommand.Create(terminal),
        IndexDropCommand.Create(terminal),
    };
}
