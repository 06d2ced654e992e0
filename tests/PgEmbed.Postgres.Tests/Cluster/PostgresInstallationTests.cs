using System.Runtime.Versioning;
using PgEmbed.Postgres.Cluster;

namespace PgEmbed.Postgres.Tests.Cluster;

/// <summary>The search for PostgreSQL's programs, over folders with programs that know their version only.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PostgresInstallationTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("pgembed-search-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public async Task The_installation_of_this_machine_is_found()
    {
        var found = await PostgresInstallation.FindAsync();
        Assert.True(found.Major >= PostgresInstallation.OldestMajor);
        Assert.True(found.HasVector, $"pgvector is missing beside {found.BinDirectory}: run tools/setup.");
    }

    [Fact]
    public async Task Where_there_is_none_the_error_names_the_remedy_and_what_was_tried()
    {
        var nothing = await Assert.ThrowsAsync<PgEmbedException>(() => FindAsync());
        Assert.Contains("tools/setup", nothing.Remedy, StringComparison.Ordinal);
        Assert.Contains("PATH", nothing.Message, StringComparison.Ordinal);

        Install(14, withVector: true);
        var client = Directory.CreateDirectory(Path.Combine(_root, "usr/lib/postgresql/16/bin")).FullName;
        var some = await Assert.ThrowsAsync<PgEmbedException>(() => FindAsync());
        Assert.Contains("version 14.3, older than 15", some.Message, StringComparison.Ordinal);
        Assert.Contains($"{client}: no postgres, initdb, pg_ctl", some.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_newest_with_pgvector_goes_before_a_newer_one_without()
    {
        Install(15, withVector: true);
        Install(16, withVector: true);
        Install(17, withVector: false);
        Assert.Equal((16, true), Show(await FindAsync()));
    }

    [Fact]
    public async Task The_newest_is_taken_where_none_has_pgvector()
    {
        Install(15, withVector: false);
        Install(17, withVector: false);
        Assert.Equal((17, false), Show(await FindAsync()));
    }

    [Fact]
    public async Task Existing_data_decide_the_version()
    {
        Install(15, withVector: false);
        Install(16, withVector: true);
        Assert.Equal(15, (await FindAsync(major: 15)).Major);
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => FindAsync(major: 17));
        Assert.Contains("version 16.3, and the cluster's data are of 17", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_is_named_is_the_only_one_looked_at()
    {
        Install(17, withVector: true);
        var named = Install(15, withVector: false);
        Assert.Equal(15, (await FindAsync(binDirectory: named)).Major);
        Assert.Equal(15, (await FindAsync(("PGEMBED_PGBIN", named))).Major);
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => FindAsync(("PGEMBED_PGBIN", "/nowhere")));
        Assert.Contains("/nowhere: no postgres", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Programs_on_the_path_are_followed_to_their_folder()
    {
        var bin = Install(16, withVector: true, under: "opt/pg");
        var path = Directory.CreateDirectory(Path.Combine(_root, "links")).FullName;
        File.CreateSymbolicLink(Path.Combine(path, "initdb"), Path.Combine(bin, "initdb"));
        Assert.Equal(bin, (await FindAsync(("PATH", $"relative:{path}"))).BinDirectory);

        var config = Directory.CreateDirectory(Path.Combine(_root, "config")).FullName;
        Script(Path.Combine(config, "pg_config"), $"echo {bin}");
        Assert.Equal(bin, (await FindAsync(("PATH", config))).BinDirectory);
    }

    [Fact]
    public async Task A_program_that_fails_is_reported_not_taken()
    {
        var bin = Install(16, withVector: true);
        Script(Path.Combine(bin, "postgres"), "echo 'error while loading shared libraries' >&2; exit 127");
        var error = await Assert.ThrowsAsync<PgEmbedException>(() => FindAsync());
        Assert.Contains("error while loading shared libraries", error.Message, StringComparison.Ordinal);
    }

    private Task<PostgresInstallation> FindAsync(
        (string Name, string Value) variable = default, string? binDirectory = null, int? major = null) =>
        PostgresInstallation.FindAsync(
            binDirectory, major, name => name == variable.Name ? variable.Value : null, _root, default);

    private static (int Major, bool HasVector) Show(PostgresInstallation found) => (found.Major, found.HasVector);

    private string Install(int major, bool withVector, string under = "usr/lib/postgresql")
    {
        var home = Directory.CreateDirectory(Path.Combine(_root, under, $"{major}"));
        var bin = home.CreateSubdirectory("bin").FullName;
        Script(Path.Combine(bin, "postgres"), $"echo 'postgres (PostgreSQL) {major}.3 (Debian)'");
        foreach (var name in (string[])["initdb", "pg_ctl"])
            Script(Path.Combine(bin, name), "exit 1");
        if (withVector)
            File.WriteAllText(Path.Combine(home.CreateSubdirectory("share/extension").FullName, "vector.control"), "");
        return bin;
    }

    private static void Script(string path, string text)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
