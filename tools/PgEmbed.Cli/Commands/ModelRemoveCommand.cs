using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model remove</c>.</summary>
internal static class ModelRemoveCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "The name of a model in the models folder." };
        var yes = new Option<bool>("--yes") { Description = "Really remove it." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Say what would be removed." };
        var command = new Command("remove", "Remove a model from the models folder.") { name, yes, dryRun };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var model = parsed.GetValue(name)!;
            if (parsed.GetValue(dryRun))
            {
                terminal.Output.WriteLine(Models.Library.FindRemovable(model));
                return ExitCode.Done;
            }

            if (!parsed.GetValue(yes))
                throw new UsageException(
                    $"This would remove {Models.Library.FindRemovable(model)}. Collections that are searched by it need it. "
                    + "Add --yes to remove it.");
            await Models.Library.RemoveAsync(model, cancellationToken);
            terminal.Say($"Removed {model}.");
            return ExitCode.Done;
        });
        return command;
    }
}
