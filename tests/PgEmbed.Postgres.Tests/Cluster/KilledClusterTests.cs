using System.Diagnostics;
using System.Globalization;
using Npgsql;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Postgres.Tests.Cluster;

/// <summary>What is left by kill -9 never keeps a cluster from coming back with what was committed.</summary>
public class KilledClusterTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_killed_server_comes_back_with_what_was_committed(bool withItsProcesses)
    {
        await using var own = new OwnCluster();
        await own.Local.EnsureStartedAsync();
        await own.FillAsync();
        var server = await own.ServerAsync();
        int[] children = withItsProcesses ? ChildrenOf(server) : [];

        await KillAsync([server, .. children]);
        await own.Local.EnsureStartedAsync();

        await own.AssertFilledAsync();
        Assert.NotEqual(server, await own.ServerAsync());
    }

    [Fact]
    public async Task A_backend_amid_a_query_does_not_outlive_its_killed_server()
    {
        await using var own = new OwnCluster();
        await own.Local.EnsureStartedAsync();
        await own.FillAsync();
        var server = await own.ServerAsync();
        var text = new NpgsqlConnectionStringBuilder(own.Local.ConnectionString("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(text.ConnectionString);
        await connection.OpenAsync();
        var backend = connection.ProcessID;
        // A loop that waits for nothing does not notice that its server is gone.
        await using var command = new NpgsqlCommand("DO $$ BEGIN LOOP NULL; END LOOP; END $$", connection)
        {
            CommandTimeout = 0,
        };
        var query = command.ExecuteNonQueryAsync();
        while (await own.QueryAsync(
            $"SELECT count(*) FROM pg_stat_activity WHERE pid = {backend} AND state = 'active'") == 0)
        {
            Assert.False(query.IsCompleted);
            await Task.Delay(10);
        }

        await KillAsync(server);
        try
        {
            await own.Local.EnsureStartedAsync();
            await own.AssertFilledAsync();
            Assert.True(IsGone(backend));
            await Assert.ThrowsAnyAsync<NpgsqlException>(() => query);
        }
        finally
        {
            NativeMethods.Signal(backend, NativeMethods.SignalKill);
        }
    }

    [Fact]
    public async Task A_process_that_was_given_the_id_of_a_killed_server_is_not_mistaken_for_it()
    {
        await using var own = new OwnCluster();
        await own.Local.EnsureStartedAsync();
        await own.FillAsync();
        var server = await own.ServerAsync();
        var file = Path.Combine((await own.Local.GetStatusAsync()).DataDirectory, PostmasterFile.Name);
        var lines = File.ReadAllLines(file);
        await KillAsync(server);
        using var bystander = StartBystander();
        lines[0] = bystander.Id.ToString(CultureInfo.InvariantCulture);
        File.WriteAllLines(file, lines);

        Assert.Equal(LocalClusterState.Stopped, (await own.Local.GetStatusAsync()).State);
        await own.Local.StopAsync();
        await own.Local.EnsureStartedAsync();

        await own.AssertFilledAsync();
        Assert.False(bystander.HasExited);
        bystander.Kill();
    }

    [Fact]
    public async Task A_half_made_cluster_is_made_anew()
    {
        await using var own = new OwnCluster();
        // On a busy machine the maker may be done before it is seen at work: then once more.
        while (!IsHalfMade(own.Local.Directory))
        {
            await own.Local.DestroyAsync();
            using var maker = SecondProcess.Start(own.Local.Directory);
            while (!IsHalfMade(own.Local.Directory) && !maker.HasExited)
                await Task.Delay(1);
            maker.Kill();
            await maker.WaitForExitAsync();
        }

        Assert.Equal(LocalClusterState.Absent, (await own.Local.GetStatusAsync()).State);

        await own.Local.EnsureStartedAsync();

        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_starter_killed_at_any_moment_leaves_a_cluster_that_starts()
    {
        await using var own = new OwnCluster();
        foreach (var milliseconds in (int[])[150, 300, 450, 600, 900])
        {
            using var starter = SecondProcess.Start(own.Local.Directory);
            await Task.Delay(milliseconds);
            starter.Kill();
            await starter.WaitForExitAsync();
        }

        await own.Local.EnsureStartedAsync();
        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }

    private static bool IsHalfMade(string folder) =>
        Directory.Exists(folder)
        && !Directory.Exists(Path.Combine(folder, "data"))
        && Directory.GetDirectories(folder, "new-*").Any(draft => File.Exists(Path.Combine(draft, "data/PG_VERSION")));

    // Under the server's account, as PostgreSQL minds a process of its own account only.
    private static Process StartBystander()
    {
        var start = new ProcessStartInfo("sleep", ["600"]) { WorkingDirectory = "/" };
        if (Environment.IsPrivilegedProcess)
            start.UserName = "postgres";
        return Process.Start(start)!;
    }

    private static async Task KillAsync(params int[] processes)
    {
        foreach (var process in processes)
            NativeMethods.Signal(process, NativeMethods.SignalKill);
        while (!processes.All(IsGone))
            await Task.Delay(1);
    }

    // A zombie is gone but for the note of its end, which its parent may be slow to take.
    private static bool IsGone(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static int[] ChildrenOf(int process) =>
        [.. File.ReadAllText($"/proc/{process}/task/{process}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture))];
}
