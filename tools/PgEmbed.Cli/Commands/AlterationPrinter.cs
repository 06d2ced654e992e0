using System.Diagnostics;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Postgres.Stores;

namespace PgEmbed.Cli.Commands;

/// <summary>Tells how far an alteration is.</summary>
internal sealed class AlterationPrinter(Terminal terminal) : IProgress<AlterationProgress>
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();
    private IndexBuildPrinter? _index;

    /// <inheritdoc/>
    public void Report(AlterationProgress value)
    {
        if (value.Index is { } index)
        {
            (_index ??= new IndexBuildPrinter(terminal, json: false)).Report(index);
            return;
        }

        if (value.Phase == "copying" && value.Copied < 1 && _sinceLine.Elapsed < Interval)
            return;
        _sinceLine.Restart();
        terminal.Say(value.Phase == "copying"
            ? $"copying vectors, {Format.Number(100 * value.Copied, "0")} %"
            : value.Phase);
    }
}
