using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index advise</c>.</summary>
internal static class IndexAdviseCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("collection") { Description = "The collection's name." };
        var filters = new Option<string?>("--filters")
        {
            Description = "The filters that searches have, one a line: SQL, or an object with 'filter' and, where wanted, "
                + "'weight' and 'k'. Default: those that the applications' samplers kept.",
            HelpName = "FILE",
        };
        var queries = IndexCheckCommand.QueriesOption();
        var count = new Option<int>("--count")
        {
            Description = "How many queries each filter is measured by.",
            DefaultValueFactory = _ => new IndexAdviseOptions().Queries,
            HelpName = "N",
        };
        var gain = new Option<double>("--min-gain")
        {
            Description = "The share of the time of all searches that a proposal must save.",
            DefaultValueFactory = _ => new IndexAdviseOptions().MinGain,
            HelpName = "SHARE",
        };
        var apply = new Option<bool>("--apply") { Description = "Do what is proposed, and measure again." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; as without --apply." };
        var showSql = new Option<bool>("--show-sql") { Description = "Print the commands that do what is proposed." };
        var model = CommonOptions.Model();
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = new Command(
            "advise",
            "Propose carried columns, partial indexes and partitions by the filters that searches have. The filters are run, "
            + "read-only and with your rights.")
        {
            name,
        };
        foreach (var option in (Option[])[filters, queries, count, gain, apply, dryRun, showSql, model, connection, json])
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(apply) && parsed.GetValue(dryRun))
                throw new UsageException("Expected either --apply or --dry-run.");
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new IndexManager(database.DataSource);
            var collection = parsed.GetValue(name)!;
            var options = new IndexAdviseOptions
            {
                Filters = parsed.GetValue(filters) is { } path
                    ? await FilterFile.ReadAsync(path, cancellationToken)
                    : null,
                QueryVectors = parsed.GetValue(queries) is { } queryPath
                    ? await IndexQueryFile.ReadAsync(
                        queryPath, await manager.TargetAsync(collection, null, cancellationToken), parsed.GetValue(model), terminal,
                        cancellationToken)
                    : null,
                Queries = parsed.GetValue(count),
                MinGain = parsed.GetValue(gain),
            };
            var progress = new Progress(terminal);
            var advice = await manager.AdviseAsync(collection, options, progress, cancellationToken);
            if (parsed.GetValue(apply) && advice.Proposals.Count > 0)
                advice = await manager.ApplyAsync(
                    advice, progress, new IndexBuildPrinter(terminal, json: false), cancellationToken);
            var printer = new IndexAdvicePrinter(terminal, parsed.GetValue(json));
            printer.Write(advice);
            if (parsed.GetValue(showSql))
                printer.WriteCommands(advice);
            return ExitCode.Done;
        });
        return command;
    }

    private sealed class Progress(Terminal terminal) : IProgress<string>
    {
        public void Report(string value) => terminal.Say(value);
    }
}
