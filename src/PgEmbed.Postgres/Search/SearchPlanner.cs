using System.Text.Json;
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
        SqlSession session, SearchQuery query, CancellationToken cancellationToken)
    {
        var results = await SearchBatch.RunAsync(
            session, SearchBatch.RequireSpace(query), [Command(query)], Read, cancellationToken).ConfigureAwait(false);
        return results![0][0];
    }

    private static SearchPlan Read(NpgsqlDataReader reader)
    {
        using var steps = JsonDocument.Parse(reader.GetString(5));
        return new SearchPlan(
            Kind(reader.GetString(0)),
            reader.GetString(1),
            reader.GetDouble(2),
            reader.GetDouble(3),
            [.. steps.RootElement.EnumerateArray().Select(Step)])
        {
            StoreId = reader.GetInt32(4),
            IsByValue = steps.RootElement.EnumerateArray().Any(step => step.TryGetProperty("by_value", out _)),
        };
    }

    private static SearchStep Step(JsonElement step) => new(
        step.GetProperty("step").GetString()!,
        step.GetProperty("statement").GetString()!,
        step.GetProperty("settings").EnumerateObject().ToDictionary(s => s.Name, s => s.Value.GetString()!),
        Number(step, "least"),
        Number(step, "most"),
        Number(step, "worth"));

    private static long? Number(JsonElement step, string name) =>
        step.TryGetProperty(name, out var number) ? number.GetInt64() : null;

    private static NpgsqlBatchCommand Command(SearchQuery query)
    {
        var parameters = new SqlParameters();
        var collection = parameters.Add(query.Collection.Name);
        var k = parameters.Add(query.K);
        var filter = parameters.Add(new NpgsqlParameter
        {
            Value = query.Filter ?? (object)DBNull.Value,
            NpgsqlDbType = NpgsqlDbType.Text,
        });
        // A null among them is the key's hash.
        var names = query.Columns.Select(column => (string?)column.Name);
        var columns = parameters.Add((query.WithKeyHash ? names.Append(null) : names).ToArray());
        var options = parameters.Add(new NpgsqlParameter
        {
            Value = query.Options.ToJson(),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        var marker = parameters.Add(SearchQuery.Marker);
        // The values go as what they are, and become texts on the server, which knows their types by then.
        var values = query.Parameters.Numbered(parameters.Count + 1).ToList();
        var command = new NpgsqlBatchCommand(
            $"""
            SELECT plan, reason, matching_rows, stored_rows, store_id, steps::text
            FROM pgembed.plan_search(
                {collection}, {k}, {filter}, {columns}, {options}, {marker},
                ARRAY[{string.Join(", ", values.Select(v => v + "::text"))}]::text[],
                ARRAY[{string.Join(", ", values.Select(v => $"pg_typeof({v})"))}]::regtype[])
            """);
        parameters.CopyTo(command.Parameters);
        query.Parameters.CopyTo(command.Parameters);
        return command;
    }

    private static SearchPlanKind Kind(string name) => name switch
    {
        "exact" => SearchPlanKind.Exact,
        "index" => SearchPlanKind.Index,
        "iterative index" => SearchPlanKind.IterativeIndex,
        "partial index" => SearchPlanKind.PartialIndex,
        "partition" => SearchPlanKind.Partition,
        _ => throw new PgEmbedException(
            $"Expected a search plan that this version knows, got '{name}'.", "Upgrade the application's PgEmbed."),
    };
}
