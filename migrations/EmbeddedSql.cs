using System.Text;

namespace PgEmbed.Migrations;

/// <summary>The SQL files that this assembly carries: <c>migrations/</c>, <c>functions/</c> and <c>sql/</c>.</summary>
internal static class EmbeddedSql
{
    /// <summary>Stands in the files for the schema of the extension vector, quoted.</summary>
    private const string VectorSchemaToken = "@vector_schema@";

    /// <summary>The names of the files in a folder, in ordinal order.</summary>
    internal static IEnumerable<string> List(string folder) =>
        typeof(EmbeddedSql).Assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(folder + "/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    /// <summary>The text of a file, with the lines ended by LF.</summary>
    internal static string Read(string name)
    {
        using var stream = typeof(EmbeddedSql).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The assembly does not carry the file {name}.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>The SQL with the extension's schema in it.</summary>
    /// <param name="sql">The text of a file.</param>
    /// <param name="vectorSchema">The schema of the extension vector, quoted.</param>
    internal static string WithVectorSchema(string sql, string vectorSchema) =>
        sql.Replace(VectorSchemaToken, vectorSchema, StringComparison.Ordinal);
}
