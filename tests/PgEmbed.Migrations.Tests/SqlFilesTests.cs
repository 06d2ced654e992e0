using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore.Migrations;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

public sealed partial class SqlFilesTests
{
    [Fact]
    public void Every_migration_has_its_pair_of_files_and_every_file_its_migration()
    {
        var files = EmbeddedSql.List("migrations").Select(name => name["migrations/".Length..]);
        var expected = SqlFileMigrationsAssembly.Ids.SelectMany(id => new[] { $"{id}.down.sql", $"{id}.up.sql" });
        Assert.Equal(expected.Order(StringComparer.Ordinal), files);
        Assert.NotEmpty(files);
    }

    [Fact]
    public void Migrations_are_numbered_without_a_gap_and_their_classes_are_named_after_them()
    {
        var number = 0;
        foreach (var id in SqlFileMigrationsAssembly.Ids)
        {
            number++;
            Assert.Matches($"^{number:000}_[a-z][a-z_]*$", id);
            var type = Assert.Single(
                typeof(SqlFileMigration).Assembly.GetTypes(),
                type => type.GetCustomAttributes(typeof(MigrationAttribute), false).Cast<MigrationAttribute>()
                    .Any(migration => migration.Id == id));
            var words = string.Concat(id[4..].Split('_').Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
            Assert.Equal($"Migration{number:000}{words}", type.Name);
        }
    }

    [Fact]
    public void Files_are_ASCII_so_that_a_database_of_any_encoding_takes_them()
    {
        foreach (var file in Files())
            Assert.True(File.ReadAllText(file).All(char.IsAscii), file);
    }

    /// <summary>
    /// In a quoted body a name is looked up when it runs, so one that was right when it was installed would go wrong
    /// when the extension moves; and psql does not replace its variables there.
    /// </summary>
    [Fact]
    public void No_quoted_body_names_the_schema_of_the_extension()
    {
        foreach (var file in Files())
            Assert.DoesNotContain("@vector_schema@", string.Concat(QuotedBody().Matches(File.ReadAllText(file))));
    }

    [Fact]
    public void A_function_s_file_is_named_after_it_and_has_it_and_its_comment_alone()
    {
        var files = EmbeddedSql.List("functions").ToList();
        foreach (var file in files)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var text = EmbeddedSql.Read(file);
            Assert.Equal(
                [$"CREATE OR REPLACE FUNCTION pgembed.{name}(", $"COMMENT ON FUNCTION pgembed.{name}("],
                Statement().Matches(text).Select(match => match.Value));
        }

        Assert.Equal(files.Count, SqlFunctions.Signatures.Count);
    }

    [Fact]
    public async Task Every_object_of_the_schema_has_a_comment()
    {
        await using var database = await TestDatabase.CreateAsync();
        var silent = await database.DataSource.ListAsync(
            """
            SELECT pg_describe_object(classid, objid, objsubid)
            FROM (
                SELECT 'pg_namespace'::regclass, oid, 0 FROM pg_namespace WHERE nspname LIKE 'pgembed%'
                UNION ALL
                SELECT 'pg_proc'::regclass, oid, 0 FROM pg_proc WHERE pronamespace = 'pgembed'::regnamespace
                UNION ALL
                SELECT 'pg_type'::regclass, oid, 0 FROM pg_type
                WHERE typnamespace = 'pgembed'::regnamespace AND typtype = 'c'
                    AND (SELECT relkind FROM pg_class WHERE oid = typrelid) = 'c'
                UNION ALL
                SELECT 'pg_class'::regclass, oid, 0 FROM pg_class
                WHERE relnamespace = 'pgembed'::regnamespace AND relkind IN ('r', 'v')
                UNION ALL
                SELECT 'pg_class'::regclass, attrelid, attnum FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
                WHERE relnamespace = 'pgembed'::regnamespace AND relkind IN ('r', 'v', 'c')
                    AND attnum > 0 AND NOT attisdropped
            ) AS object (classid, objid, objsubid)
            WHERE NOT EXISTS (
                SELECT FROM pg_description d
                WHERE (d.classoid, d.objoid, d.objsubid) = (object.classid, object.objid, object.objsubid))
            """);
        Assert.Equal([], silent);
    }

    private static IEnumerable<string> Files() =>
        new[] { "migrations", "sql" }.SelectMany(folder => Directory.EnumerateFiles(
            Path.Combine(Repository.Root, folder), "*.sql", SearchOption.AllDirectories));

    [GeneratedRegex(@"(\$[a-z_]*\$).*?\1", RegexOptions.Singleline)]
    private static partial Regex QuotedBody();

    [GeneratedRegex(@"^[A-Z][A-Z ]* [a-z_.]+\(", RegexOptions.Multiline)]
    private static partial Regex Statement();
}
