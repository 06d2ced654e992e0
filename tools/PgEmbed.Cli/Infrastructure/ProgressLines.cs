using System.Diagnostics;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Progress as lines of the error stream, one every two seconds at most.</summary>
internal sealed class ProgressLines<T>(Terminal terminal, Func<T, string> line) : IProgress<T>
{
    private readonly Stopwatch _since = Stopwatch.StartNew();

    public void Report(T value)
    {
        if (_since.ElapsedMilliseconds < 2_000)
            return;
        _since.Restart();
        terminal.Say(line(value));
    }
}
