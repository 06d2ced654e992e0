using System.CommandLine;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Options that several commands have, each spelled once.</summary>
internal static class CommonOptions
{
    public static Option<string?> Connection() => new("--connection", "-c")
    {
        Description = "Connection string or postgresql:// URI. Default: PGEMBED_CONNECTION, the PG* variables, "
            + "else a private PostgreSQL cluster.",
        HelpName = "STRING",
    };

    public static Option<string?> Model() => new("--model", "-m")
    {
        Description = "A model folder, or the name of a model that 'model list' shows; behind a colon what to take of it, "
            + "as in mini:dims=192,layer=2 (also max-tokens=N, file=PATH). Default: PGEMBED_MODEL, else the model that "
            + "comes with the program.",
        HelpName = "MODEL",
    };

    public static Option<bool> Json() => new("--json") { Description = "Print JSON." };
}
