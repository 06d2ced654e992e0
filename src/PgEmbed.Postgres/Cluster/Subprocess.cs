using System.ComponentModel;
using System.Diagnostics;

namespace PgEmbed.Postgres.Cluster;

/// <summary>Runs PostgreSQL's own programs: arguments without a shell, output captured, stdin empty.</summary>
/// <remarks>
/// A child gets pipes of its own for stdin, stdout and stderr, so that a server started here never holds the pipe that
/// this program writes to. Descriptors that this program inherited itself (a CI runner's pipe, the lock of `flock 9`)
/// are closed for children as well: the server outlives the program and would keep them open.
/// Cancelling kills the child alone, not what it started: a server that pg_ctl has just detached goes on starting.
/// </remarks>
internal static class Subprocess
{
    /// <summary>Runs a program to its end.</summary>
    /// <param name="file">The program's path.</param>
    /// <param name="arguments">Its arguments, each passed as it is.</param>
    /// <param name="account">The account to run as; null for the caller's. Only root can name another.</param>
    /// <param name="workingDirectory">Where it runs; null for the caller's.</param>
    /// <param name="cancellationToken">Kills the program.</param>
    /// <exception cref="PgEmbedException">The program or the account does not exist.</exception>
    public static async Task<SubprocessResult> RunAsync(
        string file,
        IEnumerable<string> arguments,
        string? account = null,
        string? workingDirectory = null,
        CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        using var process = Start(file, arguments, account, workingDirectory);
        process.StandardInput.Close();
        // Read without the token: the pipes close when the child is gone, and what it said is then complete.
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var error = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        return new SubprocessResult(
            process.ExitCode,
            await output.ConfigureAwait(false),
            await error.ConfigureAwait(false));
    }

    private static Process Start(string file, IEnumerable<string> arguments, string? account, string? workingDirectory)
    {
        var start = new ProcessStartInfo(file)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory ?? "",
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        // PostgreSQL's programs translate their messages; ours quote them, so they are asked for in one language.
        start.Environment["LC_ALL"] = "C";
        if (account is not null)
            start.UserName = account;

        NativeMethods.KeepDescriptorsFromChildren();
        try
        {
            return Process.Start(start)
                ?? throw new PgEmbedException($"The program {file} could not be started.");
        }
        catch (Win32Exception e)
        {
            var place = workingDirectory ?? "the current folder";
            throw account is null
                ? new PgEmbedException($"The program {file} could not be started: {e.Message}", null, e)
                : new PgEmbedException(
                    $"The program {file} could not be started under the account '{account}': {e.Message}",
                    $"PostgreSQL refuses to run as root, so that account has to exist and be able to enter {place}.",
                    e);
        }
    }
}
