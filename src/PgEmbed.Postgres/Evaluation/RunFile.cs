using System.Globalization;
using System.Text;
using PgEmbed.Quality;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>
/// Reads and writes runs in TREC's form, a document a line: <c>query Q0 document rank score name</c>. Columns are
/// separated by tabs, so that ids may have spaces; read as well with any white space between, where ids have none.
/// </summary>
public static class RunFile
{
    private const string Expected = "'query Q0 document rank score name', the score a number,";

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file; may be packed by gzip.</param>
    /// <param name="judgments">Queries that have no judgment here are left out, so that a large run needs little memory.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="PgEmbedException">There is no such file, or a line is not of that form.</exception>
    public static async Task<SearchRun> ReadAsync(
        string path, Judgments? judgments = null, CancellationToken cancellationToken = default)
    {
        var run = new SearchRun(Path.GetFileName(path));
        var judged = judgments?.Queries.ToHashSet(StringComparer.Ordinal);
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var line in EvaluationFile.LinesAsync(path, cancellationToken).ConfigureAwait(false))
        {
            var fields = line.Fields();
            if (fields.Length < 6 || fields[0].Length == 0 || fields[2].Length == 0
                || !double.TryParse(fields[4], NumberStyles.Float, CultureInfo.InvariantCulture, out var score)
                || !double.IsFinite(score))
                throw line.Malformed(Expected);
            if (judged is not null && !judged.Contains(fields[0]))
                continue;
            if (!ids.TryGetValue(fields[2], out var document))
                ids.Add(document = fields[2], document);
            run.Add(fields[0], new RankedDocument(document, score));
        }

        return run;
    }

    /// <summary>Writes a run to a file; one that is there is replaced when all is written.</summary>
    /// <exception cref="PgEmbedException">An id or the run's name has a tab or a line feed.</exception>
    public static async Task WriteAsync(string path, SearchRun run, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(run);
        var unfinished = path + ".part";
        var writer = new StreamWriter(unfinished, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        await using (writer.ConfigureAwait(false))
        {
            writer.NewLine = "\n";
            var name = Field(run.Name.Replace(' ', '_'));
            foreach (var query in run.Queries)
            {
                var rank = 0;
                foreach (var document in run.Ranking(query))
                {
                    rank++;
                    await writer.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{Field(query)}\tQ0\t{Field(document.Id)}\t{rank}\t{document.Score:R}\t{name}").AsMemory(),
                        cancellationToken).ConfigureAwait(false);
                }
            }
        }

        File.Move(unfinished, path, overwrite: true);
    }

    private static string Field(string value) => value.AsSpan().ContainsAny('\t', '\n', '\r')
        ? throw new PgEmbedException($"Expected an id without tabs and line feeds, got '{value}'.")
        : value;
}
