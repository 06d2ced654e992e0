using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PgEmbed.Postgres.Cluster;

/// <summary>
/// The settings file that postgresql.conf includes, written before each start: the port, the socket's folder, and what
/// the caller asks for. What the user sets with ALTER SYSTEM still wins over it.
/// </summary>
internal static class ServerSettings
{
    /// <summary>The settings that the cluster decides; a caller's would cut it off from its server.</summary>
    public static readonly IReadOnlySet<string> Chosen = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
    {
        "config_file", "data_directory", "external_pid_file", "hba_file", "ident_file", "listen_addresses", "port",
        "unix_socket_directories", "unix_socket_group", "unix_socket_permissions",
    };

    // sockaddr_un has 108 bytes on Linux and 104 on macOS and the BSDs, one of them for the final zero.
    private const int LongestSocketPath = 103;
    private const string PortSetting = "port = ";

    /// <summary>Writes the file. The server's account reads it, maybe another than ours; it holds no secret.</summary>
    public static void Write(
        string file, int port, string socketDirectory, IReadOnlyDictionary<string, string> settings)
    {
        var text = new StringBuilder()
            .Append("# Written by PgEmbed at each start. Put your own settings in postgresql.conf or ALTER SYSTEM.\n")
            .Append("listen_addresses = '127.0.0.1'\n")
            .Append(CultureInfo.InvariantCulture, $"{PortSetting}{port}\n")
            .Append(CultureInfo.InvariantCulture, $"unix_socket_directories = {Quote(socketDirectory)}\n")
            .Append("unix_socket_permissions = 0700\n")
            .Append("cluster_name = 'pgembed'\n")
            .Append(CultureInfo.InvariantCulture, $"shared_buffers = '{SharedMegabytes()}MB'\n");
        foreach (var (name, value) in settings)
            text.Append(CultureInfo.InvariantCulture, $"{name} = {Quote(value)}\n");
        UnixFiles.Replace(file, text.ToString());
    }

    // A search hops through an HNSW index at random: where the index isn't in PostgreSQL's own memory, it takes half as long
    // again. So a quarter of the machine's, as its documentation advises, within the default and a gigabyte.
    private static long SharedMegabytes() =>
        Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4 >> 20, 128, 1_024);

    /// <summary>The port of the last start if it is free, else another free one of the loopback interface.</summary>
    public static int ChoosePort(string file)
    {
        var last = File.Exists(file)
            ? File.ReadLines(file).FirstOrDefault(line => line.StartsWith(PortSetting, StringComparison.Ordinal))
            : null;
        return int.TryParse(last?[PortSetting.Length..], CultureInfo.InvariantCulture, out var port) && IsFree(port)
            ? port
            : FreePort();
    }

    /// <summary>Whether a server could listen at this port of the loopback interface now.</summary>
    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>
    /// Whether a socket can lie in this folder: its path is short enough for the system, and has no character with a
    /// meaning in a list of folders or hosts.
    /// </summary>
    public static bool CanHoldSocket(string directory) =>
        Encoding.UTF8.GetByteCount(directory) + "/.s.PGSQL.65535".Length <= LongestSocketPath
        && !directory.Any(letter => char.IsControl(letter) || ",:;\"'\\ ".Contains(letter, StringComparison.Ordinal));

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string Quote(string value) =>
        $"'{value.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("'", "''", StringComparison.Ordinal)}'";
}
