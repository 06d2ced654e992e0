using System.Runtime.InteropServices;

namespace PgEmbed.Postgres.Cluster;

/// <summary>The few system calls that .NET has no face for.</summary>
internal static class NativeMethods
{
    /// <summary>PostgreSQL's fast end: sessions are ended, then a checkpoint.</summary>
    public const int SignalInterrupt = 2;

    /// <summary>PostgreSQL's immediate end without a checkpoint; the next start recovers.</summary>
    public const int SignalQuit = 3;

    /// <summary>The signal that can't be caught.</summary>
    public const int SignalKill = 9;

    private const int CloseRangeCall = 436;
    private const nuint CloseOnExec = 4;

    /// <summary>Sends a signal; whether the process was there to take it.</summary>
    public static bool Signal(int processId, int signal) => kill(processId, signal) == 0;

    /// <summary>
    /// Marks every descriptor but stdin, stdout and stderr close-on-exec, as .NET does for those that it opens itself.
    /// Linux 5.11 and newer; elsewhere inherited descriptors stay inheritable.
    /// </summary>
    public static void KeepDescriptorsFromChildren()
    {
        if (OperatingSystem.IsLinux())
            _ = syscall(CloseRangeCall, 3, uint.MaxValue, CloseOnExec);
    }

    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int kill(int processId, int signal);

    [DllImport("libc", ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint syscall(nint number, nuint first, nuint last, nuint flags);
}
