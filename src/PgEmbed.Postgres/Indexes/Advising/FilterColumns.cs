using System.Text.RegularExpressions;
using Dapper;
using Npgsql;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Indexes.Advising;

/// <summary>
/// Finds what filters say of each column. The server says it (<c>pgembed.carried_condition</c>); only whether that is by
/// equality, which decides nothing but what is proposed, is told from its words.
/// </summary>
internal sealed partial class FilterColumns(NpgsqlConnection connection, CollectionInfo collection)
{
    /// <summary>All that the filters say.</summary>
    public async Task<IReadOnlyList<FilterColumn>> FindAsync(
        IEnumerable<FilterMeasure> measures, CancellationToken cancellationToken)
    {
        var found = new List<FilterColumn>();
        foreach (var measure in measures)
        {
            foreach (var column in collection.Source.Columns.Where(c => MayGoBy(c) && Names(measure, c)))
            {
                var condition = await connection.QuerySingleAsync<string?>(new CommandDefinition(
                    "SELECT condition FROM pgembed.carried_condition(@name, @filter, columns => ARRAY[@column]::text[])",
                    new { name = collection.Name, filter = measure.Filter, column = column.Name },
                    cancellationToken: cancellationToken)).ConfigureAwait(false);
                if (condition is null)
                    continue;
                var rows = await connection.QuerySingleAsync<double>(new CommandDefinition(
                    "SELECT pgembed.estimate_rows(@sql)",
                    new { sql = $"SELECT FROM {collection.Source.Sql} AS {SqlName.Quote(collection.Source.Name)} WHERE {condition}" },
                    cancellationToken: cancellationToken)).ConfigureAwait(false);
                found.Add(new FilterColumn(measure, column.Name, condition, rows, Values(condition)));
            }
        }

        return found;
    }

    // Texts are long and hardly ever filtered by as they are; what has no order has no partitions.
    private bool MayGoBy(SourceColumn column) =>
        collection.KeyColumns.All(c => c.Name != column.Name) && collection.TextColumns.All(c => c.Name != column.Name)
        && !column.LooseCollation && !Unordered().IsMatch(column.TypeName);

    private static bool Names(FilterMeasure measure, SourceColumn column) =>
        measure.Filter?.Contains(column.Name.Replace("\"", "\"\"", StringComparison.Ordinal), StringComparison.OrdinalIgnoreCase)
            == true;

    private static int Values(string condition)
    {
        var match = Equality().Match(condition);
        if (!match.Success || condition.Contains(" OR ", StringComparison.Ordinal))
            return 0;
        return match.Groups["any"].Success ? condition.Count(c => c == ',') + 1 : 1;
    }

    [GeneratedRegex("""^\(+("([^"]|"")+"|\w+)\)?(::[\w ]+)? = (?<any>ANY \()?""")]
    private static partial Regex Equality();

    [GeneratedRegex(@"\.(json|jsonb|xml|bytea|tsvector|point|vector|halfvec|sparsevec|bit|varbit|_\w+)$")]
    private static partial Regex Unordered();
}
