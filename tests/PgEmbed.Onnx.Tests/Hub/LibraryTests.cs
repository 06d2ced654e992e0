using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Hub;

public sealed class LibraryTests
{
    [Fact]
    public async Task An_added_model_is_the_model_and_only_what_it_needs_is_copied()
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");
        await File.WriteAllTextAsync(Path.Combine(from, "modeling.py"), "raise SystemExit");
        await File.WriteAllTextAsync(Path.Combine(from, "LICENSE"), "terms");

        var added = await folder.Library.AddAsync(from);

        Assert.Equal(["mine"], folder.Library.Names());
        Assert.Equal(added, folder.Library.Find("mine"));
        Assert.Equal(
            ModelFolder.Open(BuiltInModel.Folder).Fingerprint, ModelFolder.Open(added).Fingerprint);
        Assert.False(File.Exists(Path.Combine(added, "modeling.py")));
        Assert.False(File.Exists(Path.Combine(added, "README.md")));
        Assert.True(File.Exists(Path.Combine(added, "LICENSE")));
        var source = ModelSource.Read(added)!;
        Assert.Equal((ModelSourceKind.Folder, from), (source.Kind, source.Origin));
        Assert.DoesNotContain(folder.Everything(), path => path.Contains(".staging", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_hub_caches_snapshot_of_links_is_followed_to_its_blobs()
    {
        using var folder = new LibraryFolder();
        var cache = folder.Beside("models--org--mini");
        var snapshot = Path.Combine(cache, "snapshots", "abc");
        var blob = 0;
        foreach (var path in Directory.EnumerateFiles(BuiltInModel.Folder, "*", SearchOption.AllDirectories))
        {
            var link = Path.Combine(snapshot, Path.GetRelativePath(BuiltInModel.Folder, path));
            var target = Path.Combine(cache, "blobs", $"{blob++}");
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
            File.CreateSymbolicLink(link, Path.GetRelativePath(Path.GetDirectoryName(link)!, target));
        }

        var added = await folder.Library.AddAsync(snapshot, "mini");

        var fingerprint = ModelFolder.Open(BuiltInModel.Folder).Fingerprint;
        Assert.Equal(fingerprint, ModelFolder.Open(added).Fingerprint);
        Assert.Equal(fingerprint, ModelFolder.Open(snapshot).Fingerprint);
        Assert.All(
            Directory.EnumerateFiles(added, "*", SearchOption.AllDirectories),
            path => Assert.Null(new FileInfo(path).LinkTarget));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_link_out_of_the_folder_is_not_followed(bool ofAFolder)
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");
        var outside = folder.Beside("outside");
        Directory.CreateDirectory(outside);
        File.Move(Path.Combine(from, "1_Pooling", "config.json"), Path.Combine(outside, "config.json"));
        if (ofAFolder)
        {
            Directory.Delete(Path.Combine(from, "1_Pooling"));
            Directory.CreateSymbolicLink(Path.Combine(from, "1_Pooling"), outside);
        }
        else
        {
            File.CreateSymbolicLink(Path.Combine(from, "1_Pooling", "config.json"), Path.Combine(outside, "config.json"));
        }

        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.AddAsync(from));

        Assert.Empty(folder.Library.Names());
    }

    [Fact]
    public async Task A_link_in_a_circle_is_an_error()
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");
        File.Delete(Path.Combine(from, "config.json"));
        File.CreateSymbolicLink(Path.Combine(from, "config.json"), "config.json");

        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.AddAsync(from));
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("modules.json")]
    [InlineData("onnx/model_quantized.onnx")]
    [InlineData("tokenizer.json")]
    public async Task A_damaged_model_is_refused_and_leaves_nothing(string damaged)
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");
        await File.WriteAllTextAsync(Path.Combine(from, damaged), "{");

        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.AddAsync(from));

        Assert.DoesNotContain(folder.Everything(), path => path.StartsWith("models/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_is_taken_is_refused_and_the_model_stays()
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");
        await folder.Library.AddAsync(from);
        var before = folder.Everything();

        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.AddAsync(from));

        Assert.Equal(before, folder.Everything());
        await folder.Library.AddAsync(from, "other");
        Assert.Equal(["mine", "other"], folder.Library.Names());
    }

    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("..")]
    [InlineData("../out")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData(".staging")]
    [InlineData("a b")]
    [InlineData("a@b")]
    [InlineData("a\0")]
    [InlineData("C:")]
    [InlineData("/etc")]
    [InlineData("pgembed-mini-v1")]
    public async Task A_name_that_is_no_plain_word_is_refused(string name)
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");

        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.AddAsync(from, name));
        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.RemoveAsync(name));

        Assert.Null(folder.Library.Find(name));
        Assert.False(Directory.Exists(folder.Beside("models")));
    }

    [Fact]
    public async Task A_removed_model_is_gone_and_its_name_free()
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");
        await folder.Library.AddAsync(from);

        await folder.Library.RemoveAsync("mine");

        Assert.Empty(folder.Library.Names());
        Assert.DoesNotContain(folder.Everything(), path => path.StartsWith("models/", StringComparison.Ordinal));
        await folder.Library.AddAsync(from);
        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.RemoveAsync("never-there"));
    }

    [Fact]
    public async Task Of_a_link_to_a_model_the_link_alone_is_removed()
    {
        using var folder = new LibraryFolder();
        var mine = await folder.Library.AddAsync(CopyOfBuiltIn(folder, "mine"));
        Directory.CreateSymbolicLink(Path.Combine(folder.Library.Folder, "alias"), mine);

        await folder.Library.RemoveAsync("alias");

        Assert.Equal(["mine"], folder.Library.Names());
        Assert.Equal("mine", ModelFolder.Open(mine).Name);
    }

    [Fact]
    public async Task A_folder_that_was_neither_added_nor_pulled_is_not_removed()
    {
        using var folder = new LibraryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Library.Folder, "documents"));
        await File.WriteAllTextAsync(Path.Combine(folder.Library.Folder, "documents", "letter"), "dear");

        await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.RemoveAsync("documents"));

        Assert.Equal(["models/documents/letter"], folder.Everything());
    }

    [Fact]
    public async Task A_changed_or_missing_file_is_found()
    {
        using var folder = new LibraryFolder();
        var added = await folder.Library.AddAsync(CopyOfBuiltIn(folder, "mine"));
        var source = ModelSource.Read(added)!;
        Assert.True((await source.CheckFilesAsync(added)).Passed);

        await File.AppendAllTextAsync(Path.Combine(added, "config.json"), " ");
        File.Delete(Path.Combine(added, "tokenizer.json"));
        var check = await source.CheckFilesAsync(added);

        Assert.False(check.Passed);
        Assert.Equal("config.json has changed, tokenizer.json is missing", check.Detail);
    }

    [Fact]
    public async Task A_library_that_cannot_be_written_is_an_error_that_names_it()
    {
        using var folder = new LibraryFolder();
        var from = CopyOfBuiltIn(folder, "mine");
        await File.WriteAllTextAsync(folder.Library.Folder, "a file where the folder should be");

        var error = await Assert.ThrowsAsync<PgEmbedException>(() => folder.Library.AddAsync(from));

        Assert.Contains(folder.Library.Folder, error.Message, StringComparison.Ordinal);
        Assert.Contains("PGEMBED_MODELS", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("org/name", "org", "name", "main")]
    [InlineData("org/name@v1.0", "org", "name", "v1.0")]
    [InlineData("BAAI/bge-small_en.v1@refs/pr/7", "BAAI", "bge-small_en.v1", "refs/pr/7")]
    public void A_models_name_at_the_hub_is_read(string text, string organization, string name, string revision)
    {
        var id = HubModelId.Parse(text);

        Assert.Equal((organization, name, revision), (id.Organization, id.Name, id.Revision));
    }

    [Theory]
    [InlineData("")]
    [InlineData("name")]
    [InlineData("org/")]
    [InlineData("/name")]
    [InlineData("org/name/more")]
    [InlineData("../name")]
    [InlineData("org/..")]
    [InlineData("org/na me")]
    [InlineData("org/name@")]
    [InlineData("org/name@../../x")]
    [InlineData("org/name@a//b")]
    [InlineData("org/name?x=y")]
    [InlineData("org/name\n")]
    public void What_is_no_name_at_the_hub_is_refused(string text) =>
        Assert.Throws<FormatException>(() => HubModelId.Parse(text));

    [Theory]
    [InlineData("ftp://hub.test", null)]
    [InlineData("http://user@hub.test", null)]
    [InlineData("https://hub.test/?a=b", null)]
    [InlineData("http://hub.test", "token")]
    [InlineData("https://hub.test", "two words")]
    [InlineData("https://hub.test", "line\nbreak")]
    public void Options_that_cannot_be_meant_are_refused(string address, string? token) =>
        Assert.Throws<PgEmbedException>(new HubOptions { BaseAddress = new Uri(address), Token = token }.Validate);

    [Theory]
    [InlineData("http://127.0.0.1:8080", "token")]
    [InlineData("https://hub.test/mirror/", "token")]
    [InlineData("http://hub.test", null)]
    public void Options_that_can_be_meant_are_taken(string address, string? token) =>
        new HubOptions { BaseAddress = new Uri(address), Token = token }.Validate();

    private static string CopyOfBuiltIn(LibraryFolder folder, string name)
    {
        foreach (var path in Directory.EnumerateFiles(BuiltInModel.Folder, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder.Beside(name), Path.GetRelativePath(BuiltInModel.Folder, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
        }

        return folder.Beside(name);
    }
}
