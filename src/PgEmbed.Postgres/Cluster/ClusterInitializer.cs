using System.Security.Cryptography;

namespace PgEmbed.Postgres.Cluster;

/// <summary>Makes the data of a new cluster: all of them or none.</summary>
/// <remarks>
/// initdb works in a folder of a name never used before, which is renamed when all is written. One that was killed
/// leaves a folder that the next call deletes, even while an orphaned initdb still writes to it.
/// </remarks>
internal static class ClusterInitializer
{
    /// <summary>The cluster's superuser.</summary>
    public const string Superuser = "postgres";

    /// <summary>Runs initdb and puts its work in place; the caller holds the lock.</summary>
    /// <exception cref="PgEmbedException">initdb failed; the message has what it said.</exception>
    public static async Task CreateAsync(
        ClusterFolder folder, PostgresInstallation postgres, CancellationToken cancellationToken)
    {
        DeleteHalfMade(folder);
        var draft = folder.Draft();
        try
        {
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
            var passwordFile = Path.Combine(draft, "password");
            foreach (var name in (string[])["", "data", "socket", "log"])
                UnixFiles.CreatePrivateFolder(Path.Combine(draft, name));
            UnixFiles.WriteSecret(passwordFile, password);
            await folder.GiveToServerAsync(draft, cancellationToken).ConfigureAwait(false);
            await InitializeAsync(folder, postgres, draft, cancellationToken).ConfigureAwait(false);

            await File.AppendAllTextAsync(
                Path.Combine(draft, "data", "postgresql.conf"),
                "\n# What PgEmbed sets at each start.\ninclude_if_exists '../pgembed.conf'\n",
                cancellationToken).ConfigureAwait(false);
            File.Delete(folder.PasswordFile);
            UnixFiles.WriteSecret(folder.PasswordFile, $"*:*:*:{Superuser}:{password}\n");
            foreach (var name in (string[])["socket", "log", "data"])
                Replace(Path.Combine(draft, name), Path.Combine(folder.Path, name));
        }
        finally
        {
            DeleteHalfMade(folder);
        }
    }

    private static async Task InitializeAsync(
        ClusterFolder folder, PostgresInstallation postgres, string draft, CancellationToken cancellationToken)
    {
        SubprocessResult? result = null;
        // C.UTF-8 sorts by code point as C does, and knows the classes of all letters; not every system has it.
        foreach (var locale in (string[])["C.UTF-8", "C"])
        {
            result = await Subprocess.RunAsync(
                postgres.Program("initdb"),
                [
                    "-D", Path.Combine(draft, "data"), "-U", Superuser, "-E", "UTF8", $"--locale={locale}",
                    "--data-checksums", "--auth=scram-sha-256", $"--pwfile={Path.Combine(draft, "password")}",
                ],
                folder.Account,
                folder.Path,
                cancellationToken).ConfigureAwait(false);
            if (result.ExitCode == 0)
                return;
            if (!result.Error.Contains("locale", StringComparison.Ordinal))
                break;
        }

        throw new PgEmbedException($"initdb could not make a cluster in {folder.Path}: {result?.Message}");
    }

    // What may be in the way are the folders of a maker that was killed between two renames.
    private static void Replace(string source, string target)
    {
        if (Directory.Exists(target))
            Directory.Delete(target, recursive: true);
        Directory.Move(source, target);
    }

    private static void DeleteHalfMade(ClusterFolder folder)
    {
        foreach (var halfMade in folder.HalfMade())
        {
            try
            {
                Directory.Delete(halfMade, recursive: true);
            }
            catch (IOException)
            {
                // An orphaned initdb has just put a file into it; the next one to make or destroy a cluster deletes it.
            }
        }
    }
}
