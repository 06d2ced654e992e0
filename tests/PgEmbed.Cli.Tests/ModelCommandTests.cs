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
        var dry = await Cli.RunAsync("model", "remove", "mine", "--dry-run");
        Assert.Equal((0, Path.Combine(_folder, "mine")), (dry.Code, dry.Output.Trim()));
        Assert.Equal(1, (await Cli.RunAsync("model", "remove", "yours", "--dry-run")).Code);
        Assert.Equal(0, (await Cli.RunAsync("model", "remove", "mine", "--yes")).Code);
        Assert.DoesNotContain("mine", (await Cli.RunAsync("model", "list")).Output, StringComparison.Ordinal);
        Assert.Equal(1, (await Cli.RunAsync("model", "remove", "mine", "--yes")).Code);
    }

    [Theory]
    [InlineData(":dims=128", 128, null, 128)]
    [InlineData(":layer=1", 256, 1, 128)]
    [InlineData(":max-tokens=9,layer=2,dims=7", 7, 2, 9)]
    [InlineData(":file=onnx/model_quantized.onnx", 256, null, 128)]
    public async Task What_is_taken_of_a_model_is_said_behind_its_name(string settings, int dims, int? layer, int tokens)
    {
        foreach (var model in (string[])[BuiltInModel.Name, BuiltInModel.Folder])
        {
            var show = await Cli.RunAsync("model", "show", model + settings, "--json");
            Assert.True(show.Code == 0, show.Error);
            using var parsed = JsonDocument.Parse(show.Output);
            var root = parsed.RootElement;
            Assert.Equal(dims, root.GetProperty("dimensions").GetInt32());
            Assert.Equal(layer, root.GetProperty("layer").Deserialize<int?>());
            Assert.Equal(tokens, root.GetProperty("max_tokens").GetInt32());
            Assert.Equal([1, 2, 3], root.GetProperty("layers").Deserialize<int[]>()!);
        }

        using var embed = JsonDocument.Parse(
            (await Cli.RunAsync("embed", "a text", "--model", BuiltInModel.Name + settings, "--json")).Output);
        Assert.Equal(dims, embed.RootElement.GetProperty("vector").GetArrayLength());
        Assert.Equal(0, (await Cli.RunAsync("model", "verify", BuiltInModel.Name + settings)).Code);
    }

    [Theory]
    [InlineData(":dims=0", 2)]
    [InlineData(":dims=x", 2)]
    [InlineData(":dims=1,dims=2", 2)]
    [InlineData(":dims=1,color=2", 2)]
    [InlineData(":file=", 2)]
    [InlineData(":dims=257", 1)]
    [InlineData(":layer=4", 1)]
    [InlineData(":max-tokens=129", 1)]
    [InlineData(":file=../../x.onnx", 1)]
    [InlineData(":size=1", 1)]
    public async Task What_cannot_be_taken_of_a_model_is_refused_by_name(string settings, int code)
    {
        var result = await Cli.RunAsync("model", "show", BuiltInModel.Name + settings);
        Assert.Equal(code, result.Code);
        Assert.NotEmpty(result.Error);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task A_folder_whose_name_looks_like_settings_is_that_folder()
    {
        await Cli.RunAsync("model", "add", BuiltInModel.Folder, "--name", "mine");
        var folder = Path.Combine(_folder, "mine:dims=3");
        Directory.Move(Path.Combine(_folder, "mine"), folder);
        using var show = JsonDocument.Parse((await Cli.RunAsync("model", "show", folder, "--json")).Output);
        Assert.Equal(256, show.RootElement.GetProperty("dimensions").GetInt32());
    }

    [Fact]
    public async Task A_text_that_is_cut_is_said()
    {
        var text = string.Join(' ', Enumerable.Repeat("long", 200));
        var cut = await Cli.RunAsync("embed", "short", text, text);
        Assert.Equal(0, cut.Code);
        Assert.Contains(
            "2 texts were longer than the 128 tokens that the model reads and were cut.", cut.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("cut", (await Cli.RunAsync("embed", "short")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("q'u\"ote")]
    [InlineData("../up")]
    [InlineData(".hidden")]
    [InlineData("with space")]
    [InlineData("")]
    public async Task A_name_that_cannot_be_given_exits_2_and_leaves_nothing(string name)
    {
        var add = await Cli.RunAsync("model", "add", BuiltInModel.Folder, "--name", name);
        var pull = await Cli.RunAsync("model", "pull", "org/mini", "--base-url", "http://127.0.0.1:1", "--name", name);
        Assert.Equal((2, 2), (add.Code, pull.Code));
        Assert.Contains("Expected a model's name", add.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
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
    [InlineData("org/mini", "http://127.0.0.1:1", "--file", "../../x.onnx")]
    [InlineData("org/mini", "http://127.0.0.1:1", "--file", "model.bin")]
    [InlineData("org/mini", "http://127.0.0.1:1", "--max-bytes", "0")]
    public async Task A_pull_that_makes_no_sense_exits_2(string model, string baseUrl, params string[] options) =>
        Assert.Equal(2, (await Cli.RunAsync(["model", "pull", model, "--base-url", baseUrl, .. options])).Code);

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
