using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

/// <summary>Hostile arguments of commands: each says what is wrong in words, and nothing of them is executed.</summary>
public sealed class HostileArgumentTests
{
    /// <summary>Commands that take a name; a new one is a line here.</summary>
    private static readonly Func<string, string[]>[] Commands =
    [
        name => ["collection", "show", "--", name],
        name => ["collection", "drop", "--", name],
        name => ["index", "build", "--", name],
        name => ["index", "drop", "--", name],
        name => ["collection", "show", "--json", "--", name],
        name => ["index", "check", "--", name],
        name => ["index", "tune", "--", name],
        name => ["index", "health", "--", name],
        name => ["index", "advise", "--", name],
        name => ["codec", "advise", "--", name],
        name => ["codec", "apply", "--", name, "f16"],
    ];

    [Fact]
    public async Task Names_that_mean_harm_do_none()
    {
        await using var database = await TestDatabase.CreateAsync();
        var canary = await Canary.CreateAsync(database.DataSource);
        foreach (var (text, index) in HostileTexts.Values.Select((text, index) => (text, index)))
        {
            var command = Commands[index % Commands.Length](text);
            var result = await Cli.RunAsync([.. command[..2], "--connection", database.ConnectionString, .. command[2..]]);

            Assert.True(result.Code is 1 or 2, $"{string.Join(' ', command)}: {result}");
            Assert.False(
                result.Error.Contains("syntax error", StringComparison.OrdinalIgnoreCase)
                || result.Error.Contains("   at ", StringComparison.Ordinal),
                $"{string.Join(' ', command)}: {result.Error}");
        }

        Assert.Null(await canary.HarmAsync());
    }
}
