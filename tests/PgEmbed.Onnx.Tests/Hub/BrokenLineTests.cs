using System.Security.Cryptography;
using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>Connections that break and answers that are wrong: the model arrives whole, or not at all.</summary>
public sealed class BrokenLineTests
{
    private const int Part = 1_500_000;

    [Fact]
    public async Task A_dropped_connection_is_taken_up_where_it_broke()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        OnFirst(hub, reply => reply with { DropAfter = Part });

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        var requests = hub.RequestsFor(LoopbackHub.OnnxFile);
        Assert.Equal(2, requests.Count);
        Assert.Equal(Part, requests[1].From);
        Assert.Equal($"\"{LoopbackHub.Sha256(hub.Files[LoopbackHub.OnnxFile])}\"", requests[1].Header("If-Range"));
        AssertWhole(hub, pulled);
    }

    [Fact]
    public async Task A_line_that_breaks_more_often_than_the_retries_still_ends_well_while_it_brings_something()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request => IsOnnx(request) && hub.Answer(request) is { Body.Length: > Part } reply
            ? reply with { DropAfter = Part }
            : null;
        var options = hub.Options();
        options.Retries = 1;

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, options);

        Assert.Equal(5, hub.RequestsFor(LoopbackHub.OnnxFile).Count);
        AssertWhole(hub, pulled);
    }

    [Fact]
    public async Task A_line_that_brings_nothing_is_given_up()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request => IsOnnx(request) ? hub.Answer(request) with { DropAfter = 1 } : null;
        var options = hub.Options();
        options.Retries = 3;

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => folder.Library.PullAsync(LoopbackHub.Model, options));

        Assert.Contains(LoopbackHub.OnnxFile, error.Message, StringComparison.Ordinal);
        Assert.Equal(4, hub.RequestsFor(LoopbackHub.OnnxFile).Count);
        Assert.Empty(folder.Library.Names());
    }

    [Fact]
    public async Task A_cancelled_pull_shows_no_model_and_the_next_goes_on_with_it()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        using var cancel = new CancellationTokenSource();
        var progress = new ProgressList(report =>
        {
            if (report.File == LoopbackHub.OnnxFile && report.Bytes >= Part)
                cancel.Cancel();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => folder.Library.PullAsync(LoopbackHub.Model, hub.Options(), progress, cancel.Token));
        Assert.Empty(folder.Library.Names());
        Assert.Contains(folder.Everything(), path => path.EndsWith(".partial", StringComparison.Ordinal));
        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.True(hub.RequestsFor(LoopbackHub.OnnxFile)[^1].From >= Part);
        Assert.Single(hub.RequestsFor("tokenizer.json"));
        AssertWhole(hub, pulled);
        Assert.DoesNotContain(folder.Everything(), path => path.Contains(".staging", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Damage_to_what_an_earlier_pull_left_is_found_and_fetched_again()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request => IsOnnx(request) ? hub.Answer(request) with { DropAfter = Part } : null;
        var options = hub.Options();
        options.Retries = 0;
        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.PullAsync(LoopbackHub.Model, options));
        var partial = folder.Everything().Single(path => path.EndsWith(".partial", StringComparison.Ordinal));
        await File.WriteAllBytesAsync(folder.Beside(partial), new byte[Part]);
        hub.Fault = _ => null;

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.Null(hub.RequestsFor(LoopbackHub.OnnxFile)[^1].From);
        AssertWhole(hub, pulled);
    }

    [Fact]
    public async Task A_byte_that_was_changed_on_the_way_is_noticed_and_the_file_fetched_again()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        OnFirst(hub, reply => reply with { Body = Changed(reply.Body) });

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.Equal(2, hub.RequestsFor(LoopbackHub.OnnxFile).Count);
        AssertWhole(hub, pulled);
    }

    [Theory]
    [InlineData(LoopbackHub.OnnxFile)]
    [InlineData("tokenizer.json")]
    public async Task A_file_that_never_is_what_the_hub_says_is_refused(string file)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request => request.Path == LoopbackHub.ResolvePath(file)
            ? new LoopbackReply(200, Changed(hub.Files[file]))
            : null;

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => folder.Library.PullAsync(LoopbackHub.Model, hub.Options()));

        Assert.Contains("expected the checksum", error.Message, StringComparison.Ordinal);
        Assert.Equal(2, hub.RequestsFor(file).Count);
        Assert.Empty(folder.Library.Names());
    }

    [Theory]
    [InlineData(-1000, false)]
    [InlineData(-1000, true)]
    [InlineData(1000, false)]
    [InlineData(1000, true)]
    public async Task A_body_of_another_size_than_the_list_says_is_refused(int difference, bool withoutLength)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var content = hub.Files[LoopbackHub.OnnxFile];
        Array.Resize(ref content, content.Length + difference);
        hub.Fault = request => IsOnnx(request)
            ? new LoopbackReply(200, content) { WithoutLength = withoutLength }
            : null;
        var options = hub.Options();
        options.Retries = 1;

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => folder.Library.PullAsync(LoopbackHub.Model, options));

        Assert.Contains("expected", error.Message, StringComparison.Ordinal);
        Assert.Empty(folder.Library.Names());
    }

    [Fact]
    public async Task A_hub_that_gives_no_parts_of_files_gives_the_whole_again()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        var requests = 0;
        hub.Fault = request =>
        {
            if (!IsOnnx(request))
                return null;
            var whole = new LoopbackReply(200, hub.Files[LoopbackHub.OnnxFile]);
            return requests++ == 0 ? whole with { DropAfter = Part } : whole;
        };

        AssertWhole(hub, await folder.Library.PullAsync(LoopbackHub.Model, hub.Options()));
    }

    [Theory]
    [InlineData(206)]
    [InlineData(416)]
    public async Task A_hub_that_answers_a_part_wrongly_is_asked_for_the_whole(int status)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = request =>
        {
            if (!IsOnnx(request))
                return null;
            var reply = hub.Answer(request);
            return request.From is null && hub.RequestsFor(LoopbackHub.OnnxFile).Count == 1
                ? reply with { DropAfter = Part }
                : request.From is null ? null
                : new LoopbackReply(status, status == 206 ? hub.Files[LoopbackHub.OnnxFile] : [])
                    .With(("Content-Range", "bytes 0-9/10"));
        };

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, hub.Options());

        Assert.Equal([null, Part, null], hub.RequestsFor(LoopbackHub.OnnxFile).Select(r => r.From));
        AssertWhole(hub, pulled);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    public async Task A_connection_that_falls_silent_is_given_up_and_taken_up_again(int after)
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        OnFirst(hub, reply => reply with { StallAfter = after });
        var options = hub.Options();
        options.StallTimeout = TimeSpan.FromSeconds(1);
        var progress = new ProgressList();

        var pulled = await folder.Library.PullAsync(LoopbackHub.Model, options, progress);

        Assert.Contains(progress.Reports, r => r.Step == PullStep.Retrying && r.Message!.Contains("nothing arrived"));
        AssertWhole(hub, pulled);
    }

    [Fact]
    public async Task A_hub_that_stays_silent_is_given_up()
    {
        await using var hub = new LoopbackHub();
        using var folder = new LibraryFolder();
        hub.Fault = _ => new LoopbackReply(200, new byte[100]) { StallAfter = 3 };
        var options = hub.Options();
        options.StallTimeout = TimeSpan.FromMilliseconds(100);
        options.Retries = 1;

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => folder.Library.PullAsync(LoopbackHub.Model, options));

        Assert.Contains("nothing arrived for 0.1 seconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hub_that_is_not_there_is_an_error_that_says_so()
    {
        using var folder = new LibraryFolder();
        var options = new HubOptions { BaseAddress = new Uri("http://127.0.0.1:1/"), RetryDelay = TimeSpan.Zero };

        var error = await Assert.ThrowsAsync<PgEmbedException>(
            () => folder.Library.PullAsync(LoopbackHub.Model, options));

        Assert.Contains("Given up after 6 attempts", error.Message, StringComparison.Ordinal);
    }

    private static void OnFirst(LoopbackHub hub, Func<LoopbackReply, LoopbackReply> change) => hub.Fault = request =>
        IsOnnx(request) && hub.RequestsFor(LoopbackHub.OnnxFile).Count == 1 ? change(hub.Answer(request)) : null;

    private static bool IsOnnx(LoopbackRequest request) =>
        request.Path == LoopbackHub.ResolvePath(LoopbackHub.OnnxFile);

    private static byte[] Changed(byte[] content)
    {
        var changed = content.ToArray();
        changed[content.Length / 2] ^= 1;
        return changed;
    }

    private static void AssertWhole(LoopbackHub hub, string folder)
    {
        Assert.Equal(
            LoopbackHub.Sha256(hub.Files[LoopbackHub.OnnxFile]),
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Path.Combine(folder, LoopbackHub.OnnxFile)))));
        Assert.Equal("mini", ModelFolder.Open(folder).Name);
    }
}
