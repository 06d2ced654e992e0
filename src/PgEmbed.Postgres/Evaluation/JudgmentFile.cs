using PgEmbed.Quality;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>
/// Reads judgments (qrels), one a line: as JSON of MTEB (<c>{"query-id": …, "corpus-id": …, "score": …}</c>), as BEIR's
/// TSV (query, document and grade with tabs between, with or without a header), or as TREC's <c>query 0 document grade</c>.
/// The first line says which. A file may be packed by gzip.
/// </summary>
public static class JudgmentFile
{
    private const string ExpectedJson =
        "a judgment as JSON with \"query-id\", \"corpus-id\" and a whole number as \"score\"";

    private const string ExpectedTable =
        "a judgment, as 'query 0 document grade' (TREC) or 'query, tab, document, tab, grade' (BEIR), the grade a whole number";

    private static readonly string[] QueryNames = ["query-id", "query_id", "qid", "query"];
    private static readonly string[] DocumentNames =
        ["corpus-id", "corpus_id", "doc-id", "doc_id", "docid", "document", "pid"];
    private static readonly string[] GradeNames = ["score", "grade", "relevance", "rel", "label"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="PgEmbedException">
    /// There is no such file, it has no judgment, a line is not one, or a document has two grades for one query.
    /// </exception>
    public static async Task<Judgments> ReadAsync(string path, CancellationToken cancellationToken = default)
    {
        var judgments = new Judgments();
        // Many lines name the same documents.
        var ids = new Dictionary<string, string>(StringComparer.Ordinal);
        var columns = 0;
        await foreach (var line in EvaluationFile.LinesAsync(path, cancellationToken).ConfigureAwait(false))
        {
            var first = columns == 0;
            var fields = line.IsJson && columns <= 0 ? [] : line.Fields();
            if (first)
                columns = fields.Length == 0 ? -1 : fields.Length;
            if (first && columns == 3 && QueryNames.Contains(fields[0].ToLowerInvariant())
                && GradeNames.Contains(fields[2].ToLowerInvariant()))
                continue;
            var (query, document, grade) = columns < 0 ? FromJson(line) : FromTable(line, fields, columns);
            try
            {
                judgments.Add(query, Shared(document), grade);
            }
            catch (PgEmbedException e)
            {
                throw new PgEmbedException($"{e.Message} The second is in line {line.Number} of {path}.", innerException: e);
            }
        }

        if (judgments.Count == 0)
            throw new PgEmbedException($"Expected judgments in {path}, found none.");
        return judgments;

        string Shared(string id)
        {
            if (ids.TryGetValue(id, out var known))
                return known;
            ids.Add(id, id);
            return id;
        }
    }

    private static (string Query, string Document, int Grade) FromTable(EvaluationLine line, string[] fields, int columns)
    {
        if (columns is not (3 or 4) || fields.Length != columns)
            throw line.Malformed(ExpectedTable);
        var (query, document) = (fields[0], fields[columns - 2]);
        if (query.Length == 0 || document.Length == 0)
            throw line.Malformed(ExpectedTable);
        return (query, document, line.Grade(fields[columns - 1], ExpectedTable));
    }

    private static (string Query, string Document, int Grade) FromJson(EvaluationLine line)
    {
        using var document = line.Json(ExpectedJson);
        var query = EvaluationFile.Property(document.RootElement, QueryNames);
        var id = EvaluationFile.Property(document.RootElement, DocumentNames);
        var grade = EvaluationFile.Property(document.RootElement, GradeNames);
        if (string.IsNullOrEmpty(query) || string.IsNullOrEmpty(id) || grade is null)
            throw line.Malformed(ExpectedJson);
        return (query, id, line.Grade(grade, ExpectedJson));
    }
}
