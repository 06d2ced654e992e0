using System.Text.Json;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Cli.Tests;

/// <summary><c>pgembed model add | remove | pull | bench</c>, in a models folder of the test's own.</summary>
public sealed class ModelCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgembed-test-").FullName;
    private readonly string? _models = Environment.GetEnvironmentVariable("PGEMBED_MODELS");
    private readonly string? _hub = Environment.GetEnvironmentVariable("PGEMBED_HUB");

    // Tests of one class run one after the other; no other class depends on these variables.
    public ModelCommandTests()
    {
        Environment.SetEnvironmentVariable("PGEMBED_MODELS", _folder);
        Environment.SetEnvironmentVariable("PGEMBED_HUB", null);
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable("PGEMBED_MODELS", _models);
        Environment.SetEnvironmentVariable("PGEMBED_HUB", _hub);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_model_is_added_listed_shown_verified_used_and_removed()
    {
        var add = await Cli.RunAsync("model", "add", BuiltInModel.Folder, "--name", "mine");
        Assert.True(add.Code == 0, add.Error);
        Assert.Equal(Path.Combine(_folder, "mine"), add.Output.Trim());

        using var list = JsonDocument.Parse((await Cli.RunAsync("model", "list", "--json")).Output);
        var entries = list.RootElement.EnumerateArray().ToList();
        Assert.Equal(["built in", BuiltInModel.Folder], entries.Select(e => e.GetProperty("source").GetString()));
        Assert.StartsWith("mine@", entries[1].GetProperty("name").GetString(), StringComparison.Ordinal);
        Assert.Contains("mine@", (await Cli.RunAsync("model", "list")).Output, StringComparison.Ordinal);
        using var show = JsonDocument.Parse((await Cli.RunAsync("model", "show", "mine", "--json")).Output);
        Assert.Equal(
            BuiltInModel.Folder, show.RootElement.GetProperty("source").GetProperty("origin").GetString());
        Assert.Equal(0, (await Cli.RunAsync("embed", "a text", "--model", "mine")).Code);
        var verify = await Cli.RunAsync("model", "verify", "mine");
        Assert.Contains("ok    files", verify.Output, StringComparison.Ordinal);
        Assert.Equal(0, verify.Code);

        await File.AppendAllTextAsync(Path.Combine(_folder, "mine", "config.json"), " ");
        verify = await Cli.RunAsync("model", "verify", "mine");
        Assert.Contains("FAIL  files: config.json has changed", verify.Output, StringComparison.Ordinal);
        Assert.Equal(1, verify.Code);

        var unsure = await Cli.RunAsync("model", "remove", "mine");
        Assert.Equal(2, unsure.Code);
        Assert.Contains("--yes", unsure.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync("model", "remove", "mine", "--yes")).Code);
        Assert.DoesNotContain("mine", (await Cli.RunAsync("model", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Cli.RunAsync("model", "remove", "mine", "--yes")).Code);
    }

    [Fact]
    public async Task The_built_in_model_is_not_removed()
    {
        var result = await Cli.RunAsync("model", "remove", BuiltInModel.Name, "--yes");

        Assert.Equal(1, result.Code);
        Assert.True(Directory.Exists(BuiltInModel.Folder));
    }

    [Fact]
    public async Task Without_a_hub_a_pull_exits_2_and_says_what_to_set()
    {
        var result = await Cli.RunAsync("model", "pull", "org/mini");

        Assert.Equal(2, result.Code);
        Assert.Contains("--base-url", result.Error, StringComparison.Ordinal);
        Assert.Contains("PGEMBED_HUB", result.Error, StringComparison.Ordinal);
        Assert.Contains("pgembed model add", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mini", "http://127.0.0.1:1")]
    [InlineData("../x", "http://127.0.0.1:1")]
    [InlineData("org/mini", "hub.test")]
    [InlineData("org/mini", "ftp://hub.test")]
    public async Task A_pull_that_makes_no_sense_exits_2(string model, string baseUrl) =>
        Assert.Equal(2, (await Cli.RunAsync("model", "pull", model, "--base-url", baseUrl)).Code);

    [Fact]
    public async Task Bench_measures_texts_together_and_one_at_a_time()
    {
        var result = await Cli.RunAsync("model", "bench", "--texts", "8", "--json");

        Assert.True(result.Code == 0, result.Error);
        using var parsed = JsonDocument.Parse(result.Output);
        foreach (var part in new[] { "together", "single" })
        {
            Assert.Equal(8, parsed.RootElement.GetProperty(part).GetProperty("texts").GetInt32());
            Assert.True(parsed.RootElement.GetProperty(part).GetProperty("texts_per_second").GetDouble() > 0);
        }

        Assert.Equal(2, (await Cli.RunAsync("model", "bench", "--texts", "0")).Code);
    }
}
