using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx.Hub;

namespace PgEmbed.Cli.Commands;

/// <summary>Tells how far a pull is: a line a file, and for a large one a line every tenth of it.</summary>
internal sealed class PullPrinter(Terminal terminal) : IProgress<PullProgress>
{
    private const long LargeBytes = 20_000_000;

    private string? _file;
    private long _tenths;

    /// <inheritdoc/>
    public void Report(PullProgress value)
    {
        switch (value.Step)
        {
            case PullStep.Checked:
                terminal.Say($"{value.File}  {Format.Bytes(value.TotalBytes)}");
                break;
            case PullStep.Fetching when value.TotalBytes >= LargeBytes:
                SayTenth(value);
                break;
            case PullStep.Waiting or PullStep.Retrying:
                terminal.Say(value.Message!);
                break;
        }
    }

    private void SayTenth(PullProgress value)
    {
        var tenths = value.Bytes * 10 / value.TotalBytes;
        if (value.File != _file)
            (_file, _tenths) = (value.File, 0);
        if (tenths <= _tenths || tenths == 10)
            return;
        _tenths = tenths;
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{value.File}  {Format.Bytes(value.Bytes)} of {Format.Bytes(value.TotalBytes)} ({tenths * 10} %)"));
    }
}
