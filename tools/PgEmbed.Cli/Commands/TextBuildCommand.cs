using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Hybrid;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed text build</c>.</summary>
internal static class TextBuildCommand
{
    public static Command Create(Terminal terminal)
    {
        var collection = new Argument<string>("collection") { Description = "The collection's name." };
        var config = new Option<string>("--config")
        {
            Description = "Text search configuration: english, german, simple and so on; \\dF in psql lists them.",
            DefaultValueFactory = _ => new TextIndexOptions().Config,
            HelpName = "NAME",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; say what would be done." };
        var showSql = new Option<bool>("--show-sql") { Description = "Print the SQL." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "build", "Make a collection's text index, complete it, and count its words anew. Again, it refreshes the counts.")
        {
            collection, config, dryRun, showSql, connection, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var name = parsed.GetValue(collection)!;
            var options = new TextIndexOptions { Config = parsed.GetValue(config)! };
            if (parsed.GetValue(showSql))
                terminal.Output.WriteLine(
                    $"""
                    SELECT pgembed.create_text_index({SqlLiteral.Of(name)}, {SqlLiteral.Of(options.Config)});
                    SELECT pgembed.fill_text_index({SqlLiteral.Of(name)}, {options.BatchRows}); -- until it gives 0
                    SELECT pgembed.count_terms({SqlLiteral.Of(name)});
                    """);
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new TextIndexManager(database.DataSource);
            if (parsed.GetValue(dryRun))
            {
                terminal.Say(await manager.ExistsAsync(name, cancellationToken)
                    ? "It is there: would complete it and count its words anew."
                    : "Would make it.");
                return ExitCode.Done;
            }

            var result = await manager.BuildAsync(name, options, new Written(terminal), cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(result);
            else
                terminal.Say(
                    $"{(result.Made ? "Made" : "There already")}: {Format.Count(result.Texts)} texts written, "
                    + $"{Format.Count(result.Terms)} different words counted.");
            return ExitCode.Done;
        });
        return command;
    }

    private sealed class Written(Terminal terminal) : IProgress<long>
    {
        public void Report(long value) => terminal.Say($"{Format.Count(value)} texts written");
    }
}
