using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

/// <summary>Runs each tests/sql/NAME.sql by psql and compares what it prints with NAME.out.</summary>
public sealed class PsqlTests
{
    private static readonly string Folder = Path.Combine(Repository.Root, "tests", "sql");

    public static TheoryData<string> Scripts => [.. NamesIn(Folder)];

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task Psql_prints_what_is_expected(string name)
    {
        await using var database = await TestDatabase.CreateAsync();
        var script = await File.ReadAllTextAsync(Path.Combine(Folder, name + ".sql"));
        var (_, output) = await PostgresProgram.PsqlAsync(database, script, "-q", "-a");
        CommittedFile.MustEqual($"tests/sql/{name}.out", output);
    }

    [Fact]
    public void Every_function_has_a_script()
    {
        var functions = NamesIn(Path.Combine(Repository.Root, "sql", "functions"));
        Assert.Equal([], functions.Except(NamesIn(Folder)));
    }

    private static IEnumerable<string> NamesIn(string folder) =>
        Directory.EnumerateFiles(folder, "*.sql").Select(file => Path.GetFileNameWithoutExtension(file)).Order();
}
