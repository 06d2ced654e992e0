using System.Diagnostics;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Cli.Commands;

/// <summary>Tells of a build: before it what it takes and waits for, meanwhile how far it is, at the end what was done.</summary>
internal sealed class IndexBuildPrinter(Terminal terminal, bool json) : IProgress<IndexBuildProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly Stopwatch _sinceLine = new();
    private string? _phase;

    /// <summary>What a person should know before it begins.</summary>
    public void Explain(IndexBuildPlan plan)
    {
        foreach (var warning in plan.Warnings)
            terminal.Say($"Warning: {warning}");
        foreach (var leftover in plan.Leftovers)
            terminal.Say(leftover.Ours
                ? $"Left invalid by a failed build, and removed first: {leftover.Index.Sql}."
                : $"Invalid, and not PgEmbed's: {leftover.Index.Sql} on {leftover.Index.TableSql}. Writers pay for it and no "
                    + $"search uses it. To remove it: {leftover.DropStatement}");
        if (plan.IsDone)
            return;
        if (plan.WaitsFor.Count > 0)
            terminal.Say("These transactions are open, and the build waits for them to end:");
        foreach (var transaction in plan.WaitsFor)
            terminal.Say("  " + Line(transaction));
        if (plan.Options.Order != InsertionOrder.AsStored)
            terminal.Say(
                "The rows are laid on disk in another order first: writers wait meanwhile, and searches are exact until the "
                + "index is built.");
        foreach (var step in plan.Steps.Where(step => !step.Exists))
            terminal.Say(
                $"{step.Table}: {Format.Count(step.Rows)} vectors, {Format.Bytes(step.MemoryNeeded)} of memory of "
                + $"{Format.Bytes(plan.MemoryLimit.Bytes)} ({plan.MemoryLimit.Source}), {step.Workers} workers, about "
                + $"{Format.Bytes(step.EstimatedBytes)} on disk{(step.Spills ? "; IT DOES NOT FIT IN MEMORY" : "")}.");
    }

    public void WritePlan(IndexBuildPlan plan, bool showSql)
    {
        if (json)
            terminal.WriteJson(new
            {
                index = plan.IndexName,
                table = plan.Target.TableSql,
                exists = plan.Existing is not null,
                replaces = plan.Replaces,
                done = plan.IsDone,
                spills = plan.Spills,
                memory_limit = plan.MemoryLimit,
                steps = plan.Steps,
                waits_for = plan.WaitsFor,
                leftovers = plan.Leftovers.Select(l => new { index = l.Index.Sql, l.Ours, l.DropStatement }),
                plan.Warnings,
                plan.Statements,
            });
        else if (showSql)
            WriteStatements(plan);
        else
            terminal.WriteFacts(
                ("index", plan.IndexName),
                ("on", plan.Target.TableSql),
                ("would", plan.IsDone ? "do nothing: it is there" : plan.Replaces ? "replace it" : "build it"),
                ("m", plan.Options.M.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("ef_construction", plan.Options.EfConstruction.ToString(System.Globalization.CultureInfo.InvariantCulture)),
                ("memory", Format.Bytes(plan.Steps.Select(s => s.MemoryNeeded).DefaultIfEmpty().Max())),
                ("fits in memory", plan.Spills ? "no" : "yes"));
    }

    public void WriteStatements(IndexBuildPlan plan)
    {
        if (json)
            return;
        foreach (var statement in plan.Statements)
            terminal.Output.WriteLine(statement + ";");
    }

    public void WriteResult(IndexBuildResult result)
    {
        var plan = result.Plan;
        if (json)
            terminal.WriteJson(new
            {
                index = plan.IndexName,
                table = plan.Target.TableSql,
                result.Built,
                rows = plan.Steps.Sum(s => s.Rows),
                seconds = Math.Round(result.Elapsed.TotalSeconds, 2),
                result.Bytes,
                result.Spilled,
                result.Removed,
                memory_needed = plan.Steps.Select(s => s.MemoryNeeded).DefaultIfEmpty().Max(),
            });
        else if (result.Built)
            terminal.Output.WriteLine(
                $"{plan.IndexName} on {plan.Target.TableSql}: built in {Format.Number(result.Elapsed.TotalSeconds, "0.0")} s, "
                + $"{Format.Bytes(result.Bytes)}{(result.Spilled ? "; it did not fit in memory" : "")}.");
        else
            terminal.Output.WriteLine(
                $"{plan.IndexName} on {plan.Target.TableSql}: there already (m = {plan.Existing!.M}, ef_construction = "
                + $"{plan.Existing.EfConstruction}). pgembed index rebuild builds it anew.");
    }

    /// <inheritdoc/>
    public void Report(IndexBuildProgress value)
    {
        if (value.Message is { } message)
        {
            terminal.Say(message);
            return;
        }

        if (value.Phase == _phase && _sinceLine.Elapsed < Interval)
            return;
        _phase = value.Phase;
        _sinceLine.Restart();
        var table = value.Steps > 1 ? $"{value.Table} ({value.Step} of {value.Steps}): " : "";
        var share = value.TotalRows > 0 ? (double)value.Rows / value.TotalRows : 0;
        var left = value.Remaining is { } remaining && remaining > TimeSpan.Zero
            ? $", about {Format.Duration(remaining)} left"
            : "";
        terminal.Say(
            $"{table}{value.Phase}, {Format.Number(100 * share, "0")} % of {Format.Count(value.TotalRows)} vectors after "
            + $"{Format.Duration(value.Elapsed)}{left}");
        foreach (var transaction in value.WaitsFor)
            terminal.Say("  waiting for " + Line(transaction));
    }

    private static string Line(BlockingTransaction transaction) =>
        $"{(transaction.ProcessId is { } id ? $"process {id}" : "prepared transaction")}"
        + $"{(transaction.Role is null ? "" : $", {transaction.Role}")}"
        + $"{(transaction.Application is null ? "" : $" ({transaction.Application})")}"
        + $"{(transaction.Since is { } since ? $", since {since.ToLocalTime():yyyy-MM-dd HH:mm:ss}" : "")}"
        + $"{(transaction.State is null ? "" : $", {transaction.State}")}"
        + $"{(transaction.HoldsLock ? ", holds a lock on the table" : "")}"
        + $"{(transaction.Statement is null ? "" : $": {Format.Cut(transaction.Statement, 80)}")}";
}
