using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

/// <summary>
/// Holds files of the repository equal to what they are made from. With PGEMBED_ACCEPT=1 they are written anew; the
/// test fails nevertheless, so that it never passes unseen.
/// </summary>
internal static class CommittedFile
{
    private static bool Accepting => Environment.GetEnvironmentVariable("PGEMBED_ACCEPT") == "1";

    public static void MustEqual(string path, string actual)
    {
        var file = Path.Combine(Repository.Root, path);
        var expected = File.Exists(file) ? File.ReadAllText(file) : "";
        if (expected == actual)
            return;
        if (Accepting)
            File.WriteAllText(file, actual);
        Assert.Fail(
            $"{path} differs{(Accepting ? "; it was written anew: look at what has changed" : "")}.\n"
            + FirstDifference(expected.Split('\n'), actual.Split('\n')));
    }

    private static string FirstDifference(string[] expected, string[] actual)
    {
        const int Context = 3;
        var line = expected.Zip(actual).TakeWhile(pair => pair.First == pair.Second).Count();
        var start = Math.Max(0, line - Context);
        return $"Line {line + 1}:\n"
            + string.Concat(expected[start..line].Select(text => $"  {text}\n"))
            + string.Concat(expected.Skip(line).Take(Context).Select(text => $"- {text}\n"))
            + string.Concat(actual.Skip(line).Take(Context).Select(text => $"+ {text}\n"));
    }
}
