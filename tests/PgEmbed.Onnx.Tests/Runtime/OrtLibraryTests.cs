using System.Runtime.InteropServices;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

public sealed class OrtLibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pgembed-ort-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_library_names_its_file_and_version()
    {
        Assert.True(File.Exists(OnnxRuntimeLibrary.Path), OnnxRuntimeLibrary.Path);
        Assert.True(System.Version.Parse(OnnxRuntimeLibrary.Version) >= new Version(1, 16));
    }

    [Fact]
    public void Places_go_from_the_application_over_the_artifacts_to_the_system()
    {
        var application = Folder("repository", "tool", "bin");
        var working = Folder("elsewhere");
        var artifacts = Path.Combine("artifacts", "native", OrtLibrarySearch.Platform);

        var places = new OrtLibrarySearch(null, application + Path.DirectorySeparatorChar, working).Places();

        string[] expected =
        [
            Path.Combine(application, "runtimes", OrtLibrarySearch.Platform, "native"),
            application,
            Path.Combine(application, artifacts),
            Path.Combine(_folder, "repository", "tool", artifacts),
            Path.Combine(_folder, "repository", artifacts),
            Path.Combine(_folder, artifacts),
        ];
        Assert.Equal(expected, places.Take(expected.Length));
        Assert.DoesNotContain(places, place => place.StartsWith(working, StringComparison.Ordinal));
        Assert.Equal(OrtLibrarySearch.Names, places.TakeLast(OrtLibrarySearch.Names.Count));
        Assert.Equal(places.Distinct(), places);
    }

    [Fact]
    public void A_setting_is_the_only_place() =>
        Assert.Equal(
            [Path.Combine(_folder, "here")],
            new OrtLibrarySearch("here", AppContext.BaseDirectory, _folder).Places());

    [Fact]
    public void A_setting_is_the_library_or_its_folder()
    {
        var folder = Folder("native");
        var file = Link(folder);

        Assert.Equal(file, OrtLibrary.Load(Search(setting: file)).File);
        Assert.Equal(file, OrtLibrary.Load(Search(setting: folder)).File);
    }

    [Fact]
    public void The_applications_own_library_is_taken_before_the_artifacts()
    {
        var application = Folder("application");
        Link(Folder("application", "artifacts", "native", OrtLibrarySearch.Platform));
        var own = Link(Folder("application", "runtimes", OrtLibrarySearch.Platform, "native"));

        Assert.Equal(own, OrtLibrary.Load(new OrtLibrarySearch(null, application, null)).File);
    }

    [Fact]
    public void Artifacts_above_the_application_are_found_those_of_the_working_folder_are_not()
    {
        var application = Folder("repository", "deep", "down");
        var library = Link(Folder("repository", "artifacts", "native", OrtLibrarySearch.Platform));
        var working = Folder("planted");
        Link(Folder("planted", "artifacts", "native", OrtLibrarySearch.Platform));

        Assert.Equal(library, OrtLibrary.Load(new OrtLibrarySearch(null, application, working)).File);
    }

    [Fact]
    public void A_broken_library_is_passed_over_where_nothing_was_set()
    {
        var application = Folder("application");
        File.WriteAllText(Path.Combine(application, OrtLibrarySearch.Names[0]), "not a library");
        var good = Link(Folder("application", "artifacts", "native", OrtLibrarySearch.Platform));

        Assert.Equal(good, OrtLibrary.Load(new OrtLibrarySearch(null, application, null)).File);
    }

    [Fact]
    public void A_setting_that_leads_nowhere_is_an_error_that_names_it()
    {
        var missing = Path.Combine(_folder, "missing");
        Assert.Contains($"{missing}: does not exist", Refused(Search(setting: missing)).Message);

        var empty = Folder("empty");
        Assert.Contains($"{empty}: no library in this folder", Refused(Search(setting: empty)).Message);

        var text = Path.Combine(_folder, "text.so");
        File.WriteAllText(text, "not a library");
        Assert.Contains($"{text}: ", Refused(Search(setting: text)).Message);

        var other = Directory.GetFiles(
            RuntimeEnvironment.GetRuntimeDirectory(), "*System.IO.Compression.Native.*")[0];
        Assert.Contains($"{other}: not ONNX Runtime", Refused(Search(setting: other)).Message);
    }

    [Fact]
    public void A_wrong_setting_is_not_passed_over_for_a_library_elsewhere()
    {
        var application = Folder("application");
        Link(application);

        var refused = Refused(new OrtLibrarySearch(Path.Combine(_folder, "missing"), application, null));

        Assert.Contains(OnnxRuntimeLibrary.PathVariable, refused.Message);
        Assert.Single(refused.Tried);
    }

    [Fact]
    public void Not_found_lists_every_place_and_the_remedy()
    {
        var search = Search() with { SystemNames = ["libonnxruntime-that-is-nowhere"] };

        var refused = Refused(search);

        Assert.Equal(search.Places().Count, refused.Tried.Count);
        Assert.All(search.Places(), place => Assert.Contains(place, refused.Message));
        Assert.Contains("tools/setup", refused.Remedy);
        Assert.Contains("PGEMBED_ONNXRUNTIME", refused.Remedy);
    }

    [Fact]
    public void A_library_that_is_too_old_says_its_version_and_the_one_needed()
    {
        var refused = Assert.Throws<OnnxRuntimeNotFoundException>(
            () => OrtLibrary.Load(Search(setting: OnnxRuntimeLibrary.Path), apiVersion: 9999));

        Assert.Contains($"ONNX Runtime {OnnxRuntimeLibrary.Version}; 1.9999 or newer is needed", refused.Message);
    }

    private static OnnxRuntimeNotFoundException Refused(OrtLibrarySearch search) =>
        Assert.Throws<OnnxRuntimeNotFoundException>(() => OrtLibrary.Load(search));

    private OrtLibrarySearch Search(string? setting = null) => new(setting, Folder("application"), _folder);

    private string Folder(params string[] parts) =>
        Directory.CreateDirectory(Path.Combine([_folder, .. parts])).FullName;

    private static string Link(string folder)
    {
        var link = Path.Combine(folder, OrtLibrarySearch.Names[0]);
        File.CreateSymbolicLink(link, OnnxRuntimeLibrary.Path);
        return link;
    }
}
