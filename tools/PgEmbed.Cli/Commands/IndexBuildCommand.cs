using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed index build</c> and <c>rebuild</c>.</summary>
internal static class IndexBuildCommand
{
    public static Command Create(Terminal terminal, bool rebuild)
    {
        var target = new IndexTargetOptions();
        var m = new Option<int?>("--m") { Description = "Links of a vector in a layer, 2 to 100. " + Default("as tuned, else 16") };
        var efConstruction = new Option<int?>("--ef-construction")
        {
            Description = "Candidates looked at for each vector, 4 to 1000. " + Default("as tuned, else 64"),
        };
        var maxMemory = new Option<string?>("--max-memory")
        {
            Description = "The most memory it may take: 512MB, 4GB. Default: 80 % of what the server's machine has free.",
            HelpName = "SIZE",
        };
        var allowSpill = new Option<bool>("--allow-spill") { Description = "Build also where it doesn't fit in memory." };
        var workers = new Option<int?>("--workers")
        {
            Description = "Processes that build beside one; 0 for none. Default: the server's max_parallel_maintenance_workers.",
        };
        var order = new Option<InsertionOrder>("--order")
        {
            Description = "Lay the store's rows on disk in this order first: shuffled, dimensionality-up or "
                + "dimensionality-down. Searches are exact meanwhile, and writers wait.",
            CustomParser = result => result.Tokens[0].Value switch
            {
                "as-stored" => InsertionOrder.AsStored,
                "shuffled" => InsertionOrder.Shuffled,
                "dimensionality-up" => InsertionOrder.DimensionalityUp,
                "dimensionality-down" => InsertionOrder.DimensionalityDown,
                var other => throw new UsageException(
                    $"Expected as-stored, shuffled, dimensionality-up or dimensionality-down, got '{other}'."),
            },
            HelpName = "ORDER",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing; print what would be done." };
        var showSql = new Option<bool>("--show-sql") { Description = "Print the SQL." };
        var connection = CommonOptions.Connection();
        var json = CommonOptions.Json();
        var command = rebuild
            ? new Command("rebuild", "Build an index anew beside the old one, and put it in its place.")
            : new Command("build", "Build an index; readers and writers go on meanwhile.");
        target.AddTo(command, builds: true);
        foreach (var option in (Option[])
            [m, efConstruction, maxMemory, allowSpill, workers, order, dryRun, showSql, connection, json])
            command.Add(option);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var memory = parsed.GetValue(maxMemory) is { } size ? Format.ParseBytes(size) : (long?)null;
            await using var database = await Database.OpenAsync(parsed.GetValue(connection), terminal, cancellationToken);
            var manager = new IndexManager(database.DataSource);
            var found = await target.FindAsync(manager, parsed, cancellationToken);
            var there = rebuild ? (await manager.PlanAsync(found, cancellationToken: cancellationToken)).Existing : null;
            var usual = await manager.OptionsAsync(found, cancellationToken);
            var links = parsed.GetValue(m) ?? there?.M ?? usual.M;
            var options = new HnswOptions
            {
                M = links,
                EfConstruction = parsed.GetValue(efConstruction)
                    ?? Math.Max(2 * links, there?.EfConstruction ?? usual.EfConstruction),
                MaxMemory = memory,
                AllowSpill = parsed.GetValue(allowSpill),
                Workers = parsed.GetValue(workers),
                Order = parsed.GetValue(order),
            };
            var printer = new IndexBuildPrinter(terminal, parsed.GetValue(json));
            if (parsed.GetValue(dryRun))
            {
                var plan = await manager.PlanAsync(found, options, rebuild, cancellationToken);
                printer.Explain(plan);
                printer.WritePlan(plan, parsed.GetValue(showSql));
                return ExitCode.Done;
            }

            var result = await manager.BuildAsync(
                found,
                options,
                rebuild,
                plan =>
                {
                    printer.Explain(plan);
                    if (parsed.GetValue(showSql))
                        printer.WriteStatements(plan);
                },
                printer,
                cancellationToken);
            printer.WriteResult(result);
            return ExitCode.Done;
        });
        return command;

        string Default(string value) => $"Default: {(rebuild ? "as it is" : value)}.";
    }
}
