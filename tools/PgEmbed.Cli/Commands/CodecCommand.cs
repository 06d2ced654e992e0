using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed codec</c>: how vectors are stored.</summary>
internal static class CodecCommand
{
    public static Command Create(Terminal terminal) => new("codec", "How vectors are stored.")
    {
        CodecAdviseCommand.Create(terminal),
    };
}
