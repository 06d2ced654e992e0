using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>A hub that does what it should.</summary>
public sealed class PullTests
{
    [Fact]
    public async Task A_pulled_model_is_the_model_and_only_what_it_needs_is_taken()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        var model = ModelFolder.Open(pulled);
        Assert.Equal("mini", model.Name);
        Assert.Equal(ModelFolder.Open(BuiltInModel.Folder).Fingerprint, model.Fingerprint);
        Assert.Equal(
            [
                "models/mini/1_Pooling/config.json", "models/mini/config.json",
                "models/mini/config_sentence_transformers.json", "models/mini/modules.json",
                "models/mini/onnx/model_quantized.onnx", "models/mini/pgembed-answers.json", "models/mini/pgembed-source.json",
                "models/mini/sentence_bert_config.json", "models/mini/tokenizer.json",
                "models/mini/tokenizer_config.json",
            ],
            folder.Everything());
        Assert.DoesNotContain(hub.Requests, r => r.Path.Contains(".py", StringComparison.Ordinal));
        Assert.DoesNotContain(hub.Requests, r => r.Path.Contains(".bin", StringComparison.Ordinal));
        var source = ModelSource.Read(pulled)!;
        Assert.Equal(("org/mini", "main", LoopbackHub.Commit), (source.Model, source.Revision, source.Commit));
        Assert.True((await source.CheckFilesAsync(pulled)).Passed);
    }

    [Fact]
    public async Task What_is_there_already_is_not_fetched_again()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var first = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());
        var requests = hub.Requests.Count;

        var second = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());
        var byCommit = await folder.Library.PullAsync(
            HubModelId.Parse($"org/mini@{LoopbackHub.Commit}"), hub.Options());

        Assert.Equal(first, second);
        Assert.Equal(first, byCommit);
        Assert.Equal(requests + 1, hub.Requests.Count);
    }

    [Fact]
    public async Task Another_commit_of_a_name_that_is_taken_is_refused_and_changes_nothing()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());
        var before = folder.Everything();
        hub.Fault = request => request.Path.StartsWith("/api/", StringComparison.Ordinal)
            ? new LoopbackReply(200, [.. System.Text.Encoding.UTF8.GetBytes($$"""{"sha":"{{new string('f', 40)}}","siblings":[]}""")])
            : null;

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => folder.Library.PullAsync(LoopbackHub.Model, hub.Options()));

        Assert.Contains("--name", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, folder.Everything());
    }

    [Fact]
    public async Task An_onnx_file_of_an_unusual_name_brings_its_weights_along()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Files["onnx/model_odd.onnx"] = OnnxWithData.Naming(hub.Files[LoopbackHub.OnnxFile], "odd weights.data");
        hub.Files["onnx/odd weights.data"] = [1, 2, 3, 4];
        hub.Fault = request => request.Path == LoopbackHub.ResolvePath("onnx/odd%20weights.data")
            ? hub.Answer(request with { Path = LoopbackHub.ResolvePath("onnx/odd weights.data") })
            : null;
        var options = hub.Options();
        options.ModelFile = "onnx/model_odd.onnx";
        options.Name = "odd";

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, options);

        Assert.Equal("onnx/model.onnx", ModelFolder.Open(pulled).ModelFile);
        Assert.Equal([1, 2, 3, 4], await File.ReadAllBytesAsync(Path.Combine(pulled, "onnx", "odd weights.data")));
        Assert.Equal("onnx/model_odd.onnx", ModelSource.Read(pulled)!.ModelFile);
        Assert.DoesNotContain("models/odd/onnx/model_quantized.onnx", folder.Everything());
    }

    [Fact]
    public async Task Without_checksums_in_the_list_the_etag_is_asked_for()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var content = hub.Files["config.json"];
        hub.Listed["config.json"] = new { rfilename = "config.json" };
        hub.Listed[LoopbackHub.OnnxFile] = new { rfilename = LoopbackHub.OnnxFile };
        hub.Fault = request =>
        {
            if (request.Method != "HEAD" || request.Path != LoopbackHub.ResolvePath(LoopbackHub.OnnxFile))
                return null;
            var onnx = hub.Files[LoopbackHub.OnnxFile];
            return new LoopbackReply(302, []).With(
                ("Location", "http://127.0.0.1:1/nowhere"),
                ("X-Linked-Etag", $"\"{LoopbackHub.Sha256(onnx)}\""),
                ("X-Linked-Size", $"{onnx.Length}"));
        };

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.Equal(content, await File.ReadAllBytesAsync(Path.Combine(pulled, "config.json")));
        Assert.Equal(2, hub.Requests.Count(r => r.Method == "HEAD"));
    }

    [Fact]
    public async Task Two_pulls_at_once_fetch_the_model_once_and_both_have_it()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var other = new ModelLibrary(folder.Library.Folder);

        var pulls = await Task.WhenAll(
            Task.Run(() => folder.Library.PullAsync(LoopbackHub.Model, hub.Options())),
            Task.Run(() => other.PullAsync(LoopbackHub.Model, hub.Options())));

        Assert.Equal(pulls[0], pulls[1]);
        Assert.Single(hub.RequestsFor(LoopbackHub.OnnxFile));
        Assert.Equal("mini", ModelFolder.Open(pulls[0]).Name);
    }

    [Fact]
    public async Task Progress_rises_to_the_end_of_every_file()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var progress = new ProgressList();

        await folder.Library.PullAsync(LoopbackHub.Model, hub.Options(), progress);

        var onnx = progress.Reports.Where(r => r.File == LoopbackHub.OnnxFile).ToList();
        Assert.Equal(onnx.OrderBy(r => r.Bytes), onnx);
        Assert.Equal(PullStep.Checked, onnx[^1].Step);
        Assert.Equal(hub.Files[LoopbackHub.OnnxFile].Length, onnx[^1].Bytes);
        Assert.True(onnx.Count > 10);
    }
}
