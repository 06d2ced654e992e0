using Npgsql;
using NpgsqlTypes;
using PgEmbed.Postgres.Sql;

namespace PgEmbed.Postgres.Search;

/// <summary>Asks the server's planner, the one that psql's searches go by.</summary>
internal static class SearchPlanner
{
    /// <summary>Asks for a query's plan.</summary>
    /// <exception cref="PostgresException">The server can't run the filter.</exception>
    public static async Task<SearchPlan> AskAsync(
        SqlSession session, SearchQuery query, CancellationToken cancellationToken) =>
        (await SearchBatch.RunAsync(
            session,
            query,
            "{}",
            Command(
                query,
                "plan, reason, matching_rows, stored_rows, settings::text, statement",
                "plan_search",
                query.Options.ToJson()),
            Read,
            cancellationToken).ConfigureAwait(false))[0];

    private static SearchPlan Read(NpgsqlDataReader reader) => new(
        Kind(reader.GetString(0)),
        reader.GetString(1),
        reader.GetDouble(2),
        reader.GetDouble(3),
        reader.GetString(4),
        reader.GetString(5));

    /// <summary>The call of a planning function.</summary>
    /// <param name="query">The query.</param>
    /// <param name="columns">What is read of its result.</param>
    /// <param name="function">The function, of schema pgembed.</param>
    /// <param name="optionsJson">Its options.</param>
    /// <param name="text">The text whose words are looked for; null for a function that takes none.</param>
    public static NpgsqlBatchCommand Command(
        SearchQuery query, string columns, string function, string optionsJson, string? text = null)
    {
        var parameters = new SqlParameters();
        var subject = parameters.Add(query.Collection.Name);
        if (text is not null)
            subject += ", " + parameters.Add(new NpgsqlParameter { Value = text, NpgsqlDbType = NpgsqlDbType.Text });
        var k = parameters.Add(query.K);
        var filter = parameters.Add(new NpgsqlParameter
        {
            Value = query.Filter ?? (object)DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Text,
        });
        var returned = parameters.Add(query.Columns.Select(column => column.Name).ToArray());
        var options = parameters.Add(new NpgsqlParameter
        {
            Value = optionsJson,
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        var marker = parameters.Add(SearchQuery.Marker);
        // The values go as what they are, and become texts on the server, which knows their types by then.
        var values = query.Parameters.Numbered(parameters.Count + 1).ToList();
        var command = new NpgsqlBatchCommand(
            $"""
            SELECT {columns}
            FROM pgembed.{function}(
                {subject}, {k}, {filter}, {returned}, {options}, {marker},
                ARRAY[{string.Join(", ", values.Select(v => v + "::text"))}]::text[],
                ARRAY[{string.Join(", ", values.Select(v => $"pg_typeof({v})"))}]::regtype[])
            """);
        parameters.CopyTo(command.Parameters);
        query.Parameters.CopyTo(command.Parameters);
        return command;
    }

    /// <summary>The kind that a plan of that name is of.</summary>
    public static SearchPlanKind Kind(string name) => name switch
    {
        "exact" => SearchPlanKind.Exact,
        "index" => SearchPlanKind.Index,
        "iterative index" => SearchPlanKind.IterativeIndex,
        _ => throw new PgEmbedException(
            $"Expected a search plan that this version knows, got '{name}'.", "Upgrade the application's PgEmbed."),
    };
}
