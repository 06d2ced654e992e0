using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed text</c>: the full-text indexes that hybrid search needs.</summary>
internal static class TextCommand
{
    public static Command Create(Terminal terminal) => new("text", "Text indexes, for searches by meaning and words together.")
    {
        TextBuildCommand.Create(terminal),
        TextFitCommand.Create(terminal),
        TextDropCommand.Create(terminal),
    };
}
