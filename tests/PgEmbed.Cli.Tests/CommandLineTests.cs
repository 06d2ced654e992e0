using System.Text.Json;
using PgEmbed.Testing;

namespace PgEmbed.Cli.Tests;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("nonsense")]
    [InlineData("search")]
    [InlineData("search packages")]
    [InlineData("search packages text -k many")]
    [InlineData("search packages text --nonsense")]
    [InlineData("embed --role chapter text")]
    [InlineData("schema")]
    [InlineData("db frobnicate")]
    public async Task A_command_line_that_makes_no_sense_exits_2_and_says_why(string line)
    {
        var result = await Cli.RunAsync(line.Split(' '));

        Assert.Equal(2, result.Code);
        Assert.NotEmpty(result.Error);
        Assert.Empty(result.Output);
    }

    [Fact]
    public async Task An_empty_search_text_exits_2() =>
        Assert.Equal(2, (await Cli.RunAsync("search", "packages", " ")).Code);

    [Theory]
    [InlineData("--help")]
    [InlineData("search --help")]
    [InlineData("db --help")]
    public async Task Help_goes_to_the_output(string line)
    {
        var result = await Cli.RunAsync(line.Split(' '));

        Assert.Equal(0, result.Code);
        Assert.Contains("Usage", result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Embed_prints_a_vector_a_text_the_same_from_arguments_and_from_lines()
    {
        var arguments = await Cli.RunAsync("embed", "first text", "second text");
        var lines = await Cli.RunAsync("first text\nsecond text\n", ["embed"]);
        var json = await Cli.RunAsync("embed", "first text", "--json");

        Assert.Equal(0, arguments.Code);
        Assert.Equal(arguments.Output, lines.Output);
        var vectors = arguments.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(2, vectors.Length);
        Assert.Equal(256, JsonSerializer.Deserialize<float[]>(vectors[0])!.Length);
        using var parsed = JsonDocument.Parse(json.Output);
        Assert.Equal("first text", parsed.RootElement.GetProperty("text").GetString());
        Assert.Equal(256, parsed.RootElement.GetProperty("vector").GetArrayLength());
        Assert.Equal(JsonValueKind.String, parsed.RootElement.GetProperty("space_id").ValueKind);
    }

    [Fact]
    public async Task Model_list_show_and_verify_tell_of_the_built_in_model()
    {
        var list = await Cli.RunAsync("model", "list");
        var show = await Cli.RunAsync("model", "show", "--json");
        var verify = await Cli.RunAsync("model", "verify");

        Assert.Contains("pgembed-mini-v1@", list.Output, StringComparison.Ordinal);
        using var parsed = JsonDocument.Parse(show.Output);
        Assert.Equal("onnx/model_quantized.onnx", parsed.RootElement.GetProperty("model_file").GetString());
        Assert.Equal(64, parsed.RootElement.GetProperty("fingerprint").GetString()!.Length);
        Assert.True(verify.Code == 0, verify.Output + verify.Error);
        Assert.DoesNotContain("FAIL", verify.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_is_not_there_exits_1_with_the_remedy()
    {
        var result = await Cli.RunAsync("embed", "text", "--model", "no/such/model");

        Assert.Equal(1, result.Code);
        Assert.Contains("no/such/model", result.Error, StringComparison.Ordinal);
        Assert.Contains("pgembed model list", result.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Host=127.0.0.1;Port=1;Database=x;Username=y;Timeout=3")]
    [InlineData("postgresql://y@127.0.0.1:1/x")]
    [InlineData("Host=no-such-host.invalid;Database=x;Username=y;Timeout=3")]
    public async Task A_server_that_cannot_be_reached_exits_1_and_says_so(string connection)
    {
        var result = await Cli.RunAsync("schema", "status", "--connection", connection);

        Assert.Equal(1, result.Code);
        Assert.Contains("pgembed:", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_exits_1_and_does_not_show_it()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);
        var wrong = new Npgsql.NpgsqlConnectionStringBuilder(database.ConnectionString) { Password = "wrong-secret" };

        var result = await Cli.RunAsync("schema", "status", "--connection", wrong.ConnectionString);

        Assert.Equal(1, result.Code);
        Assert.Contains("password", result.Error, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("wrong-secret", result.Error + result.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_schema_goes_up_down_and_tells_by_its_exit_code_when_it_is_out_of_date()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);

        Assert.Equal(3, (await Cli.RunAsync(database, "schema", "status")).Code);
        var dry = await Cli.RunAsync(database, "schema", "up", "--dry-run", "--show-sql");
        Assert.Equal(0, dry.Code);
        Assert.Contains("CREATE TABLE pgembed.collection", dry.Output, StringComparison.Ordinal);
        Assert.Equal(3, (await Cli.RunAsync(database, "schema", "status", "--json")).Code);
        Assert.Equal(0, (await Cli.RunAsync(database, "schema", "up")).Code);
        var status = await Cli.RunAsync(database, "schema", "status");
        Assert.Equal(0, status.Code);
        Assert.Contains("up to date", status.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await Cli.RunAsync(database, "schema", "down")).Code);
        Assert.Equal(3, (await Cli.RunAsync(database, "schema", "status")).Code);
    }

    [Fact]
    public async Task Without_the_schema_a_search_says_how_to_get_it()
    {
        await using var database = await TestDatabase.CreateAsync(migrated: false);

        var result = await Cli.RunAsync(database, "search", "packages", "chess");

        Assert.Equal(1, result.Code);
        Assert.Contains("pgembed schema up", result.Error, StringComparison.Ordinal);
    }
}
