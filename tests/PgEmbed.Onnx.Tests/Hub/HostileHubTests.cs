using PgEmbed.Onnx.Hub;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>Hubs that refuse, send elsewhere, lie, or mean harm.</summary>
public sealed class HostileHubTests
{
    [Fact]
    public async Task The_token_goes_to_the_hub_and_not_to_where_it_sends_on()
    {
        await using var hub = new LoopbackHub();
        await using var elsewhere = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request => request.Path == LoopbackHub.ResolvePath(LoopbackHub.OnnxFile)
            ? new LoopbackReply(302, []).With(("Location", new Uri(elsewhere.Address, request.Path).ToString()))
            : null;
        var options = hub.Options();
        options.Token = "hub_secret";

        await folder.Library.PullAsync(LoopbackHub.Model, options);

        Assert.All(hub.Requests, r => Assert.Equal("Bearer hub_secret", r.Header("Authorization")));
        Assert.Null(Assert.Single(elsewhere.Requests).Header("Authorization"));
    }

    [Fact]
    public async Task Without_a_token_none_is_sent()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();

        await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.All(hub.Requests, r => Assert.Null(r.Header("Authorization")));
    }

    [Fact]
    public async Task A_renamed_model_is_found_by_a_relative_redirect()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request => request.Path.StartsWith("/api/models/org/old/", StringComparison.Ordinal)
            ? new LoopbackReply(307, []).With(("Location", request.Path.Replace("/old/", "/mini/")))
            : request.Path.StartsWith("/org/old/", StringComparison.Ordinal)
                ? new LoopbackReply(308, []).With(("Location", request.Path.Replace("/old/", "/mini/")))
                : null;

        await folder.Library.PullAsync(HubModelId.Parse("org/old"), hub.Options());

        Assert.Equal(["old"], folder.Library.Names());
    }

    [Fact]
    public async Task Redirects_without_end_are_given_up()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request => new LoopbackReply(302, []).With(("Location", request.Path));

        var error = await PullFailsAsync(folder, hub.Options());

        Assert.Contains("without end", error.Message, StringComparison.Ordinal);
        Assert.Equal(11, hub.Requests.Count);
    }

    [Theory]
    [InlineData("file:///etc/passwd")]
    [InlineData("ftp://127.0.0.1/x")]
    [InlineData("http://user:password@127.0.0.1/x")]
    public async Task A_redirect_to_something_else_than_a_plain_address_is_not_followed(string location)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = _ => new LoopbackReply(302, []).With(("Location", location));

        Assert.Contains("not followed", (await PullFailsAsync(folder, hub.Options())).Message, StringComparison.Ordinal);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [InlineData(401, "PGEMBED_HUB_TOKEN")]
    [InlineData(403, "PGEMBED_HUB_TOKEN")]
    [InlineData(404, "no such thing")]
    [InlineData(400, "400")]
    public async Task A_refusal_is_said_at_once(int status, string said)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = _ => new LoopbackReply(status, "{\"error\":\"no\"}"u8.ToArray());

        Assert.Contains(said, (await PullFailsAsync(folder, hub.Options())).Message, StringComparison.Ordinal);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task A_busy_hub_is_asked_again_when_it_says(int status)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = _ => hub.Requests.Count == 1 ? new LoopbackReply(status, []).With(("Retry-After", "0")) : null;

        await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.Equal(2, hub.Requests.Count(r => r.Path.StartsWith("/api/", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_hub_that_asks_to_come_back_in_an_hour_is_not_waited_for()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = _ => new LoopbackReply(429, []).With(("Retry-After", "3600"));

        Assert.Contains("3600 seconds", (await PullFailsAsync(folder, hub.Options())).Message, StringComparison.Ordinal);
        Assert.Single(hub.Requests);
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("/etc/config.json")]
    [InlineData("1_Pooling/../../config.json")]
    [InlineData("1_Pooling\\config.json")]
    [InlineData("C:/config.json")]
    [InlineData("a//config.json")]
    [InlineData("./config.json")]
    [InlineData("config.json\n")]
    [InlineData("a\u202Enosj.config")]
    [InlineData("")]
    public async Task A_path_that_could_lead_out_of_the_folder_is_never_taken(string path)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());
        var (files, requests) = (folder.Everything(), hub.Requests.Count);
        await folder.Library.RemoveAsync("mini");
        hub.Files[path] = [1];

        await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.Equal(files, folder.Everything());
        Assert.Equal(2 * requests, hub.Requests.Count);
    }

    [Theory]
    [InlineData("../config.json")]
    [InlineData("1_Pooling/../config.json")]
    [InlineData("/config.json")]
    [InlineData("config.json\n")]
    public async Task A_needed_file_under_such_a_path_is_as_good_as_not_there(string path)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Files.Remove("config.json", out var content);
        hub.Files[path] = content!;

        Assert.Contains("config.json", (await PullFailsAsync(folder, hub.Options())).Message, StringComparison.Ordinal);
        Assert.Empty(folder.Everything());
    }

    [Theory]
    [InlineData("../../../1_Pooling")]
    [InlineData("/1_Pooling")]
    [InlineData("..")]
    public async Task A_module_outside_of_the_folder_is_refused(string path)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Files["modules.json"] = System.Text.Encoding.UTF8.GetBytes(
            $$"""
            [{"idx":0,"name":"0","path":"","type":"sentence_transformers.models.Transformer"},
            {"idx":1,"name":"1","path":"{{path}}","type":"sentence_transformers.models.Pooling"}]
            """);

        await PullFailsAsync(folder, hub.Options());

        Assert.Empty(folder.Everything());
    }

    [Theory]
    [InlineData("../../../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("weights.py")]
    [InlineData("weights.bin")]
    [InlineData("not-there.data")]
    public async Task Weights_that_are_outside_or_of_a_kind_that_is_never_taken_are_refused(string location)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        await File.WriteAllTextAsync(folder.Beside("secret"), "s");
        hub.Files[LoopbackHub.OnnxFile] = OnnxWithData.Naming(hub.Files[LoopbackHub.OnnxFile], location);
        hub.Files["onnx/weights.py"] = [1];
        hub.Files["onnx/weights.bin"] = [1];

        await PullFailsAsync(folder, hub.Options());

        Assert.Equal(["secret"], folder.Everything());
        Assert.DoesNotContain(hub.Requests, r => r.Path.Contains("weights", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_above_the_limit_is_refused_before_it_is_fetched()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var options = hub.Options();
        options.MaxFileBytes = 1_000_000;

        Assert.Contains("1000000", (await PullFailsAsync(folder, options)).Message, StringComparison.Ordinal);
        Assert.Empty(hub.RequestsFor(LoopbackHub.OnnxFile));
        Assert.Empty(folder.Everything());
    }

    [Fact]
    public async Task Files_that_are_too_much_together_are_refused()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var options = hub.Options();
        options.MaxTotalBytes = hub.Files[LoopbackHub.OnnxFile].Length + 1000;

        Assert.Contains(
            "than the", (await PullFailsAsync(folder, options)).Message, StringComparison.Ordinal);
        Assert.Empty(hub.RequestsFor(LoopbackHub.OnnxFile));
    }

    [Fact]
    public async Task A_file_that_the_disk_has_no_room_for_is_refused_before_it_is_fetched()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Listed[LoopbackHub.OnnxFile] = new
        {
            rfilename = LoopbackHub.OnnxFile,
            size = long.MaxValue / 2,
            lfs = new { sha256 = new string('a', 64) },
        };
        var options = hub.Options();
        options.MaxFileBytes = options.MaxTotalBytes = long.MaxValue;

        Assert.Contains("room", (await PullFailsAsync(folder, options)).Message, StringComparison.Ordinal);
        Assert.Empty(hub.RequestsFor(LoopbackHub.OnnxFile));
    }

    [Fact]
    public async Task A_file_without_any_checksum_is_refused()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Listed["config.json"] = new { rfilename = "config.json", size = hub.Files["config.json"].Length };
        hub.Fault = request => request.Method == "HEAD" ? new LoopbackReply(200, []) : null;

        Assert.Contains("checksum", (await PullFailsAsync(folder, hub.Options())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<html></html>")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("{\"sha\":\"main\",\"siblings\":[]}")]
    [InlineData("{\"sha\":1,\"siblings\":[]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[1]}")]
    [InlineData("{\"sha\":\"0123456789abcdef0123456789abcdef01234567\",\"siblings\":[{\"rfilename\":\"a\",\"size\":1e99}]}")]
    public async Task An_answer_that_is_no_list_is_an_error_that_says_so(string answer)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = _ => new LoopbackReply(200, System.Text.Encoding.UTF8.GetBytes(answer));

        Assert.Contains("list of the files", (await PullFailsAsync(folder, hub.Options())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_an_onnx_file_or_with_another_says_which_there_are()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var options = hub.Options();
        options.ModelFile = "onnx/model_fp16.onnx";

        Assert.Contains(LoopbackHub.OnnxFile, (await PullFailsAsync(folder, options)).Message, StringComparison.Ordinal);
        hub.Files.Remove(LoopbackHub.OnnxFile);
        Assert.Contains("no ONNX file", (await PullFailsAsync(folder, hub.Options())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_of_an_unknown_kind_is_refused_before_its_weights_are_fetched()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Files["modules.json"] = "[{\"path\":\"\",\"type\":\"custom_st.Transformer\"}]"u8.ToArray();

        await PullFailsAsync(folder, hub.Options());

        Assert.Empty(hub.RequestsFor(LoopbackHub.OnnxFile));
        Assert.Empty(folder.Everything());
    }

    private static Task<PgEmbedException> PullFailsAsync(LibraryFolder folder, HubOptions options) =>
        Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.PullAsync(LoopbackHub.Model, options));
}
