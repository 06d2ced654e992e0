using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed codec</c>: how collections store their vectors.</summary>
internal static class CodecCommand
{
    public static Command Create(Terminal terminal) => new("codec", "How collections store their vectors.")
    {
        CodecAdviseCommand.Create(terminal),
        CodecApplyCommand.Create(terminal),
    };
}
