using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary>Prints what searches take and what is proposed.</summary>
internal sealed class IndexAdvicePrinter(Terminal terminal, bool json)
{
    public void Write(IndexAdvice advice)
    {
        if (json)
        {
            terminal.WriteJson(new
            {
                advice.Collection,
                advice.Searches,
                queries = advice.QuerySource,
                advice.Measures,
                proposals = advice.Proposals.Select(p => new
                {
                    p.Column,
                    p.Carries,
                    p.Filter,
                    partitioning = p.Partitioning?.ToString(),
                    p.Share,
                    p.Milliseconds,
                    p.ExpectedMilliseconds,
                    p.Gain,
                    p.Bytes,
                    p.Reason,
                }),
                commands = Commands(advice),
                advice.After,
            });
            return;
        }

        terminal.Output.WriteLine(
            $"{Format.Count((long)advice.Searches)} searches by {advice.Measures.Count} filters, measured with {advice.QuerySource}.");
        terminal.OutputConsole.Write(Table(advice));
        foreach (var proposal in advice.Proposals)
            terminal.Output.WriteLine(Line(proposal));
        if (advice.Proposals.Count == 0)
            terminal.Output.WriteLine("Nothing is proposed: no partial index and no partitions would save enough.");
        if (advice.After.Count > 0)
            terminal.Output.WriteLine(
                $"A search took {Format.Number(Mean(advice.Measures), "0.00")} ms on average before, and takes "
                + $"{Format.Number(Mean(advice.After), "0.00")} ms after.");
    }

    /// <summary>Prints what does by hand what is proposed.</summary>
    public void WriteCommands(IndexAdvice advice)
    {
        if (json)
            return;
        foreach (var command in Commands(advice))
            terminal.Output.WriteLine(command);
    }

    private static List<string> Commands(IndexAdvice advice)
    {
        var commands = new List<string>();
        if (advice.Alters)
            commands.Add(
                $"pgembed collection alter {Quoted(advice.Collection)}"
                + string.Concat(advice.CarriedColumns.Select(column => $" --carry {Quoted(column)}"))
                + (advice.Partitioning is { } partitioning
                    ? $" --partition-by {Quoted(partitioning.Column)} {How(partitioning)}"
                    : ""));
        commands.AddRange(advice.Proposals.Select(p => p.Filter).OfType<string>()
            .Select(filter => $"pgembed index build {Quoted(advice.Collection)} --filter {Quoted(filter)}"));
        return commands;
    }

    private static string How(Partitioning partitioning) => partitioning switch
    {
        { Step: { } step } => $"--step {Quoted(step)}",
        { Strategy: PartitionStrategy.Hash } => $"--hash {partitioning.Count}",
        _ => $"--frequent {partitioning.Count}",
    };

    // As a POSIX shell reads it.
    private static string Quoted(string text) =>
        text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.')
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    private static double Mean(IReadOnlyList<FilterMeasure> measures) =>
        measures.Sum(m => m.Weight * m.MedianMilliseconds) / measures.Sum(m => m.Weight);

    private static string Line(IndexProposal proposal) =>
        $"{(proposal.Filter is { } filter ? $"Partial index on {filter}" : $"Partitions by {proposal.Partitioning}")}"
        + $"{(proposal.Carries ? $", carrying {proposal.Column}" : "")}: "
        + $"{Format.Number(100 * proposal.Share, "0")} % of the searches from "
        + $"{Format.Number(proposal.Milliseconds, "0.00")} to about {Format.Number(proposal.ExpectedMilliseconds, "0.00")} ms, "
        + $"{Format.Number(100 * proposal.Gain, "0")} % of all time saved"
        + $"{(proposal.Bytes > 0 ? $", about {Format.Bytes(proposal.Bytes)} on disk" : "")}; {proposal.Reason}.";

    private static Table Table(IndexAdvice advice)
    {
        var after = advice.After.Count > 0;
        var table = new Table().Border(TableBorder.Simple).AddColumns("filter", "searches", "rows", "plan", "p50 ms", "p95 ms", "recall");
        if (after)
            table.AddColumns("plan after", "p50 ms after", "p95 ms after", "recall after");
        for (var i = 0; i < advice.Measures.Count; i++)
        {
            var measure = advice.Measures[i];
            var cells = new List<string>
            {
                Markup.Escape(Format.Cut(measure.Filter ?? "(none)", 60)),
                Format.Count((long)measure.Weight),
                Format.Count((long)measure.MatchingRows),
            };
            foreach (var m in after ? [measure, advice.After[i]] : (FilterMeasure[])[measure])
                cells.AddRange(
                [
                    m.Plan,
                    Format.Number(m.MedianMilliseconds, "0.00"),
                    Format.Number(m.P95Milliseconds, "0.00"),
                    Format.Number(m.Recall, "0.000"),
                ]);
            table.AddRow([.. cells]);
        }

        return table;
    }
}
