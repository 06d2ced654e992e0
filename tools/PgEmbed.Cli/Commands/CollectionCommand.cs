using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed collection</c>: which tables' text is embedded, and how it is stored.</summary>
internal static class CollectionCommand
{
    public static Command Create(Terminal terminal) => new("collection", "Tables whose text is embedded, and their stores.")
    {
        CollectionDefineCommand.Create(terminal),
        CollectionListCommand.Create(terminal),
        CollectionShowCommand.Create(terminal),
        CollectionSyncCommand.Create(terminal),
        CollectionAlterCommand.Create(terminal),
        CollectionPartitionCommand.Create(terminal),
        CollectionDropCommand.Create(terminal),
    };
}
