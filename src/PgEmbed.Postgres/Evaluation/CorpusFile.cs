using System.Runtime.CompilerServices;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>
/// Reads documents as BEIR and MTEB have them, JSON with <c>_id</c>, <c>title</c> and <c>text</c>, one a line. A file may
/// be packed by gzip.
/// </summary>
public static class CorpusFile
{
    private const string Expected = "a document as JSON with \"_id\" and \"text\"";

    /// <summary>Reads a file, one document at a time.</summary>
    /// <exception cref="PgEmbedException">There is no such file, or a line is not a document.</exception>
    public static async IAsyncEnumerable<CorpusDocument> ReadAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var line in EvaluationFile.LinesAsync(path, cancellationToken).ConfigureAwait(false))
            yield return Parse(line);
    }

    private static CorpusDocument Parse(EvaluationLine line)
    {
        using var document = line.Json(Expected);
        var id = EvaluationFile.Property(document.RootElement, "_id", "id", "corpus-id", "doc_id");
        var text = EvaluationFile.Property(document.RootElement, "text", "contents");
        if (string.IsNullOrEmpty(id) || text is null)
            throw line.Malformed(Expected);
        var title = EvaluationFile.Property(document.RootElement, "title");
        return new CorpusDocument(id, string.IsNullOrEmpty(title) ? null : title, text);
    }
}
