using System.Net;
using System.Net.Sockets;
using PgEmbed.Postgres.Cluster;
using PgEmbed.Testing;

namespace PgEmbed.Postgres.Tests.Cluster;

public class LocalClusterTests
{
    [Fact]
    public async Task A_cluster_is_made_used_stopped_and_started_with_its_data_and_destroyed()
    {
        await using var own = new OwnCluster();
        Assert.Equal(LocalClusterState.Absent, (await own.Local.GetStatusAsync()).State);

        await own.Local.EnsureStartedAsync();
        await own.FillAsync();
        var running = await own.Local.GetStatusAsync();
        Assert.Equal(LocalClusterState.Running, running.State);
        Assert.True(running.Bytes > 1_000_000);
        Assert.StartsWith(
            File.ReadAllText(Path.Combine(running.DataDirectory, "PG_VERSION")).Trim(), running.Version);
        await own.Local.EnsureStartedAsync();
        Assert.Equal(running.ProcessId, await own.ServerAsync());

        await own.Local.StopAsync();
        await own.Local.StopAsync();
        var stopped = await own.Local.GetStatusAsync();
        Assert.Equal((LocalClusterState.Stopped, null, null), (stopped.State, stopped.ProcessId, stopped.Port));
        Assert.Throws<PgEmbedException>(() => own.Local.ConnectionString("postgres"));

        await own.Local.EnsureStartedAsync();
        await own.AssertFilledAsync();
        Assert.Equal(running.Port, (await own.Local.GetStatusAsync()).Port);

        await own.Local.DestroyAsync();
        Assert.Equal(LocalClusterState.Absent, (await own.Local.GetStatusAsync()).State);
        Assert.False(Directory.Exists(own.Local.Directory));
        await own.Local.DestroyAsync();
    }

    [Fact]
    public async Task Processes_and_tasks_that_start_it_at_once_end_with_one_server()
    {
        await using var own = new OwnCluster();
        using var first = SecondProcess.Start(own.Local.Directory);
        using var second = SecondProcess.Start(own.Local.Directory);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            LocalCluster.Open(new LocalClusterOptions { Directory = own.Local.Directory }).EnsureStartedAsync())));

        var server = await own.ServerAsync();
        Assert.Equal((server, server), (await first.ServerAsync(), await second.ServerAsync()));
        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task The_server_outlives_its_starter_and_holds_none_of_its_pipes()
    {
        await using var own = new OwnCluster();
        // Descriptors 7 and up are what a script's lock or a runner's pipe is to a program.
        using var starter = SecondProcess.Start(own.Local.Directory, "exec 7>&1 8>&1; exec \"$@\"");

        var server = await starter.ServerAsync();

        Assert.Equal(server, await own.ServerAsync());
        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task Another_port_is_taken_when_the_former_one_is_in_use()
    {
        await using var own = new OwnCluster();
        await own.Local.EnsureStartedAsync();
        var port = (await own.Local.GetStatusAsync()).Port!.Value;
        await own.Local.StopAsync();
        using var other = new TcpListener(IPAddress.Loopback, port);
        other.Start();

        await own.Local.EnsureStartedAsync();

        Assert.NotEqual(port, (await own.Local.GetStatusAsync()).Port);
        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }

    [Theory]
    [InlineData("it's \"odd\", $HOME; `x` \\ ü")]
    [InlineData("a-name-that-makes-the-path-of-a-socket-in-this-folder-too-long-for-the-system-to-bind-a-socket-to-it")]
    public async Task A_folder_of_any_name_will_do(string name)
    {
        await using var own = new OwnCluster(name);
        await own.Local.EnsureStartedAsync();
        await own.FillAsync();
        var socket = (await own.Local.GetStatusAsync()).SocketDirectory!;
        Assert.NotEqual(Path.Combine(own.Local.Directory, "socket"), socket);

        await own.Local.StopAsync();

        Assert.False(Directory.Exists(socket));
        await own.Local.EnsureStartedAsync();
        await own.AssertFilledAsync();
    }

    [Fact]
    public async Task A_setting_that_the_server_refuses_is_shown_with_its_reason_and_does_no_harm()
    {
        await using var own = new OwnCluster();
        var bad = LocalCluster.Open(new LocalClusterOptions
        {
            Directory = own.Local.Directory,
            Settings = new Dictionary<string, string> { ["work_mem"] = "it's \\ a lot" },
        });

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => bad.EnsureStartedAsync());

        Assert.Contains(
            "invalid value for parameter \"work_mem\": \"it's \\ a lot\"", error.Message, StringComparison.Ordinal);
        await own.Local.EnsureStartedAsync();
        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_setting_reaches_the_server()
    {
        await using var own = new OwnCluster(options: new LocalClusterOptions
        {
            Settings = new Dictionary<string, string> { ["max_connections"] = "17" },
        });
        await own.Local.EnsureStartedAsync();
        Assert.Equal(17, await own.QueryAsync("SELECT current_setting('max_connections')"));
    }

    [Theory]
    [InlineData("port", "5432")]
    [InlineData("Listen_Addresses", "*")]
    [InlineData("work_mem = '1MB'\nport", "1")]
    [InlineData("work_mem", "1MB\nport = 1")]
    public void A_setting_that_would_cut_the_cluster_off_is_refused(string name, string value) =>
        Assert.Throws<PgEmbedException>(() => LocalCluster.Open(new LocalClusterOptions
        {
            Settings = new Dictionary<string, string> { [name] = value },
        }));

    [Fact]
    public async Task A_folder_with_files_of_others_is_neither_used_nor_destroyed()
    {
        var folder = TestRun.NewClusterDirectory("foreign");
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, "thesis.txt");
        File.WriteAllText(file, "years");
        var cluster = LocalCluster.Open(new LocalClusterOptions { Directory = folder });

        await Assert.ThrowsAsync<PgEmbedException>(() => cluster.EnsureStartedAsync());
        await Assert.ThrowsAsync<PgEmbedException>(() => cluster.StopAsync());
        await Assert.ThrowsAsync<PgEmbedException>(() => cluster.DestroyAsync());

        Assert.Equal([file], Directory.GetFileSystemEntries(folder));
    }

    [Fact]
    public async Task Where_PostgreSQL_is_missing_nothing_is_made()
    {
        await using var own = new OwnCluster(options: new LocalClusterOptions { BinDirectory = "/nowhere" });
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => own.Local.EnsureStartedAsync());
        Assert.Contains("tools/setup", error.Remedy, StringComparison.Ordinal);
        Assert.False(Directory.Exists(own.Local.Directory));
    }

    [Fact]
    public async Task The_account_matters_to_root_alone()
    {
        await using var own = new OwnCluster(options: new LocalClusterOptions { Account = "no-such-account" });
        var error = await Record.ExceptionAsync(() => own.Local.EnsureStartedAsync());
        if (!Environment.IsPrivilegedProcess)
            Assert.Null(error);
        else
            Assert.Contains(
                "account 'no-such-account'", Assert.IsType<PgEmbedException>(error).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_killed_destroyer_left_goes_with_the_next_cluster()
    {
        await using var own = new OwnCluster();
        var left = Directory.CreateDirectory(own.Local.Directory + ".destroyed-0");
        left.CreateSubdirectory("data");
        File.WriteAllText(Path.Combine(left.FullName, "PGEMBED_CLUSTER"), "");
        var foreign = Directory.CreateDirectory(own.Local.Directory + ".destroyed-by-fire");
        await own.Local.EnsureStartedAsync();

        await own.Local.DestroyAsync();

        left.Refresh();
        foreign.Refresh();
        Assert.Equal((false, true), (left.Exists, foreign.Exists));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_named_with_the_remedy()
    {
        var cluster = LocalCluster.Open(new LocalClusterOptions { Directory = "/dev/null/cluster" });
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => cluster.EnsureStartedAsync());
        Assert.Contains("/dev/null/cluster", error.Message, StringComparison.Ordinal);
        Assert.Contains("HOME", error.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_start_can_be_done_again()
    {
        await using var own = new OwnCluster();
        for (var milliseconds = 0; milliseconds <= 200; milliseconds += 100)
        {
            using var source = new CancellationTokenSource(milliseconds);
            await Record.ExceptionAsync(() => own.Local.EnsureStartedAsync(source.Token));
        }

        await own.Local.EnsureStartedAsync();
        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }

    [Fact]
    public async Task A_cluster_destroyed_while_others_start_it_is_whole_or_gone()
    {
        await using var own = new OwnCluster();
        await Task.WhenAll(
            own.Local.EnsureStartedAsync(), own.Local.DestroyAsync(), own.Local.EnsureStartedAsync());

        await own.Local.EnsureStartedAsync();
        Assert.Equal(1, await own.QueryAsync("SELECT 1"));
    }
}
