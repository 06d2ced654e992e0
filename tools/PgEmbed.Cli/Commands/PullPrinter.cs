using System.Diagnostics;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx.Hub;

namespace PgEmbed.Cli.Commands;

/// <summary>
/// Tells how far a pull is: a line a file, and for a large one a line every tenth of it, with what is left by the rate so
/// far.
/// </summary>
internal sealed class PullPrinter(Terminal terminal) : IProgress<PullProgress>
{
    private const long LargeBytes = 20_000_000;

    private string? _file;
    private long _tenths;

    // Where this run began with the file, and when.
    private long _firstBytes;
    private long _firstTime;

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
        // Another file, or the same again from its beginning.
        if (value.File != _file || value.Bytes < _firstBytes)
        {
            (_file, _tenths) = (value.File, tenths);
            (_firstBytes, _firstTime) = (value.Bytes, Stopwatch.GetTimestamp());
            if (tenths > 0)
                terminal.Say($"{value.File}  {Share(value)} is here already");
        }

        if (tenths <= _tenths || tenths == 10)
            return;
        _tenths = tenths;
        var rate = (value.Bytes - _firstBytes) / Stopwatch.GetElapsedTime(_firstTime).TotalSeconds;
        var left = TimeSpan.FromSeconds((value.TotalBytes - value.Bytes) / rate);
        terminal.Say(string.Create(
            CultureInfo.InvariantCulture,
            $"{value.File}  {Share(value)}, {Format.Bytes((long)rate)}/s, {Format.Duration(left)} left"));
    }

    private static string Share(PullProgress value) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Format.Bytes(value.Bytes)} of {Format.Bytes(value.TotalBytes)} ({value.Bytes * 100 / value.TotalBytes} %)");
}
