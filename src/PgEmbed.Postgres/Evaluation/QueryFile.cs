using System.Runtime.CompilerServices;
using System.Text.Json;

namespace PgEmbed.Postgres.Evaluation;

/// <summary>
/// Reads queries, one a line: as JSON of BEIR and MTEB (<c>{"_id": …, "text": …}</c>), or as TREC's topics, id and text
/// with a tab between, with or without a header. Further properties or columns are kept. A file may be packed by gzip.
/// </summary>
public static class QueryFile
{
    private const string ExpectedJson = "a query as JSON with \"_id\" and \"text\"";
    private const string ExpectedTable = "a query's id, a tab and its text";

    private static readonly string[] IdNames = ["_id", "id", "query-id", "query_id", "qid"];
    private static readonly string[] TextNames = ["text", "query"];

    /// <summary>Reads a file, one query at a time.</summary>
    /// <exception cref="PgEmbedException">There is no such file, a line is not a query, or an id comes twice.</exception>
    public static async IAsyncEnumerable<EvaluationQuery> ReadAsync(
        string path, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        string[]? header = null;
        bool? json = null;
        await foreach (var line in EvaluationFile.LinesAsync(path, cancellationToken).ConfigureAwait(false))
        {
            var first = json is null;
            json ??= line.IsJson;
            if (!json.Value && first && IsHeader(line.Fields()))
            {
                header = line.Fields();
                continue;
            }

            var query = json.Value ? FromJson(line) : FromTable(line, header);
            if (!seen.Add(query.Id))
                throw line.Malformed($"each query once, '{query.Id}' twice");
            yield return query;
        }
    }

    private static bool IsHeader(string[] fields) =>
        fields.Length >= 2 && IdNames.Contains(fields[0].ToLowerInvariant()) && fields.Any(IsTextName);

    private static bool IsTextName(string name) => TextNames.Contains(name.ToLowerInvariant());

    private static EvaluationQuery FromTable(EvaluationLine line, string[]? header)
    {
        var fields = line.Text.Split('\t', StringSplitOptions.TrimEntries);
        var text = header is null ? 1 : Array.FindIndex(header, IsTextName);
        if (fields.Length < 2 || fields[0].Length == 0)
            throw line.Malformed(ExpectedTable);
        if (header is not null && fields.Length != header.Length)
            throw line.Malformed($"{header.Length} columns as in the header");
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 1; header is not null && i < fields.Length; i++)
        {
            if (i != text)
                columns[header[i]] = fields[i];
        }

        return new EvaluationQuery(fields[0], fields[text], columns);
    }

    private static EvaluationQuery FromJson(EvaluationLine line)
    {
        using var document = line.Json(ExpectedJson);
        var id = EvaluationFile.Property(document.RootElement, IdNames);
        var text = EvaluationFile.Property(document.RootElement, TextNames);
        if (string.IsNullOrEmpty(id) || text is null)
            throw line.Malformed(ExpectedJson);
        var columns = new Dictionary<string, string>(StringComparer.Ordinal);
        Keep(document.RootElement, "");
        return new EvaluationQuery(id, text, columns);

        // BEIR keeps what else there is in an object 'metadata'.
        void Keep(JsonElement from, string prefix)
        {
            foreach (var property in from.EnumerateObject())
            {
                if (prefix.Length == 0 && property.Value.ValueKind == JsonValueKind.Object)
                    Keep(property.Value, property.Name + ".");
                else if ((prefix.Length > 0 || !IdNames.Contains(property.Name) && !TextNames.Contains(property.Name))
                    && EvaluationFile.Plain(property.Value) is { } value)
                    columns[prefix + property.Name] = value;
            }
        }
    }
}
