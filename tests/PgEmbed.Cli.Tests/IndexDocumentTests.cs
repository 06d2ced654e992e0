using System.Text.RegularExpressions;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

/// <summary>What docs/indexes.md shows is what the command has.</summary>
public sealed partial class IndexDocumentTests
{
    [Fact]
    public async Task Every_command_and_option_that_is_shown_is_there()
    {
        var document = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docs", "indexes.md"));
        var lines = Shell().Matches(document).SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Where(line => line.Length > 0).ToList();

        foreach (var line in lines)
        {
            var words = line.Split(' ');
            Assert.Equal("pgembed", words[0]);
            var help = await Cli.RunAsync(words[1], words[2], "--help");
            Assert.True(help.Code == 0, line);
            foreach (var option in words.Where(word => word.StartsWith("--", StringComparison.Ordinal)))
                Assert.True(Regex.IsMatch(help.Output, $@"(^|\s){option}\b"), $"{option}: {line}");
        }

        // And the other way round: no command of indexes is left out.
        var commands = Names().Matches((await Cli.RunAsync("index", "--help")).Output).Select(m => m.Groups[1].Value).ToList();
        Assert.Equal(
            commands.Order(), lines.Where(line => line.StartsWith("pgembed index", StringComparison.Ordinal))
                .Select(line => line.Split(' ')[2]).Distinct().Order());
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Shell();

    [GeneratedRegex(@"^  (build|rebuild|list|tune|check|health|advise|drop)\b", RegexOptions.Multiline)]
    private static partial Regex Names();
}
