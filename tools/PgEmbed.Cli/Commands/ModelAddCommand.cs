using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx.Hub;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model add</c>.</summary>
internal static class ModelAddCommand
{
    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<string>("dir") { Description = "A model folder, laid out as on the Hugging Face hub." };
        var name = ModelCommand.NameOption();
        var file = ModelCommand.FileOption();
        var command = new Command("add", "Copy a model folder into the models folder, of it what a model needs.")
        {
            folder,
            name,
            file,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var given = parsed.GetValue(name) ?? new DirectoryInfo(parsed.GetValue(folder)!).Name;
            ModelCommand.CheckUsage(() => ModelLibrary.ValidateName(given));
            terminal.Output.WriteLine(await Models.Library.AddAsync(
                parsed.GetValue(folder)!, given, parsed.GetValue(file), cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }
}
