using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index drop</c>.</summary>
internal static class IndexDropCommand
{
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string?>("index")
        {
            Description = "The index's name, with its schema where it is not the only one; or the collection's.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var leftovers = new Option<bool>("--leftovers")
        {
            Description = "Remove what failed builds of PgEmbed's left; others' are only listed.",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; say what would be dropped." };
        var showSql = new Option<bool>("--show-sql") { Description = "Print the SQL." };
        var connection = CommonOptions.Connection();
        var command = new Command("drop", "Drop an index: searches are exact from then on. Or remove leftovers.")
        {
            name, leftovers, dryRun, showSql, connection,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(name) is null != parsed.GetValue(leftovers))
                throw new UsageException("Expected either an index or --leftovers.");
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new IndexManager(database.DataSource);
            var run = new Run(terminal, manager, parsed.GetValue(dryRun), parsed.GetValue(showSql));
            await (parsed.GetValue(name) is { } index
                ? run.IndexAsync(index, cancellationToken)
                : run.LeftoversAsync(cancellationToken));
            return ExitCode.Done;
        });
        return command;
    }

    private sealed class Run(Terminal terminal, IndexManager manager, bool dryRun, bool showSql)
    {
        public async Task IndexAsync(string name, CancellationToken cancellationToken)
        {
            var all = await manager.ListAsync(cancellationToken: cancellationToken);
            var found = all.Where(i => i.Name == name || i.Sql == name || $"{i.Schema}.{i.Name}" == name).ToList();
            if (found.Count == 0)
                found = [.. all.Where(i => i.Collection == name)];
            if (found.Count != 1)
                throw new PgEmbedException(
                    $"Expected one index called '{name}', or of a collection of that name, found "
                    + $"{(found.Count == 0 ? "none" : string.Join(", ", found.Select(i => i.Sql)))}.",
                    "pgembed index list shows what there is.");
            var index = found[0];
            if (showSql)
                terminal.Output.WriteLine(index.DropStatement + ";");
            if (!dryRun)
                await manager.DropAsync(index, cancellationToken);
            terminal.Say($"{(dryRun ? "Would drop" : "Dropped")} {index.Sql} on {index.TableSql}.");
        }

        public async Task LeftoversAsync(CancellationToken cancellationToken)
        {
            var found = await manager.LeftoversAsync(cancellationToken);
            foreach (var leftover in found.Where(l => !l.Ours))
                terminal.Say(
                    $"Not PgEmbed's, and left: {leftover.Index.Sql} on {leftover.Index.TableSql}. To remove it: "
                    + leftover.DropStatement);
            foreach (var leftover in found.Where(l => l.Ours))
            {
                if (showSql)
                    terminal.Output.WriteLine(leftover.DropStatement + ";");
                var removed = dryRun || await manager.RemoveAsync(leftover, cancellationToken);
                terminal.Say(
                    $"{(dryRun ? "Would remove" : removed ? "Removed" : "Gone, or valid by now:")} {leftover.Index.Sql} on "
                    + $"{leftover.Index.TableSql}.");
            }

            if (found.Count == 0)
                terminal.Say("Failed builds have left nothing.");
        }
    }
}
