using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index health</c>.</summary>
internal static class IndexHealthCommand
{
    public static Command Create(Terminal terminal)
    {
        var target = new IndexTargetOptions();
        var copied = new Option<long>("--copy")
        {
            Description = "Compare with a fresh index on a temporary copy, where the table has no more rows than this.",
            DefaultValueFactory = _ => new IndexHealthOptions().MaxCopiedRows,
            HelpName = "ROWS",
        };
        var queries = IndexCheckCommand.QueriesOption();
        var count = IndexCheckCommand.CountOption();
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "health",
            "Say whether churn has cost an index recall or size: vacuum, rebuild or nothing, with the evidence. Exit code 3 "
            + "where something is to be done.");
        target.AddTo(command, builds: false);
        foreach (var option in (Option[])[copied, queries, count, model, connection, json])
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new IndexManager(database.DataSource);
            var found = await target.FindAsync(manager, parsed, cancellationToken);
            var health = await manager.HealthAsync(
                found,
                new IndexHealthOptions
                {
                    MaxCopiedRows = parsed.GetValue(copied),
                    Check = new IndexCheckOptions
                    {
                        Queries = parsed.GetValue(count),
                        QueryVectors = parsed.GetValue(queries) is { } path
                            ? await IndexQueryFile.ReadAsync(path, found, parsed.GetValue(model), terminal, cancellationToken)
                            : null,
                    },
                },
                cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(health);
            else
                Write(terminal, health);
            return health.Remedy == IndexRemedy.Nothing ? ExitCode.Done : ExitCode.OutOfDate;
        });
        return command;
    }

    private static void Write(Terminal terminal, IndexHealth health)
    {
        terminal.Output.WriteLine($"{health.Check.Index.Sql}: {health.Remedy switch
        {
            IndexRemedy.Vacuum => "vacuum its table",
            IndexRemedy.Rebuild => "rebuild it",
            _ => "nothing to do",
        }}");
        foreach (var line in health.Evidence)
            terminal.Output.WriteLine("  " + line);
        if (health.Statement is not null)
            terminal.Output.WriteLine(health.Statement);
    }
}
