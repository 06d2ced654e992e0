using Dapper;

namespace PgEmbed.Benchmarks;

/// <summary>
/// The exact answers to the queries under a cell's filter: ranked in full once, and kept in the bench's database, since
/// they don't change and take longer than all that is measured.
/// </summary>
internal static class FilterBenchAnswers
{
    /// <summary>The keys and distances of the nearest rows, by query.</summary>
    public static async Task<List<List<(int Id, double Distance)>>> GetAsync(
        FilterBenchData data,
        FilterBenchCell cell,
        List<FilterBenchQuery> queries,
        int k,
        CancellationToken cancellationToken)
    {
        await using var connection = await data.DataSource.OpenConnectionAsync(cancellationToken);
        await connection.ExecuteAsync(
            """
            CREATE TABLE IF NOT EXISTS answers (
                cell text, query integer, ids integer[] NOT NULL, distances double precision[] NOT NULL,
                PRIMARY KEY (cell, query))
            """);
        var known = (await connection.QueryAsync<(int Query, int[] Ids, double[] Distances)>(
                "SELECT query, ids, distances FROM answers WHERE cell = @Name", new { cell.Name }))
            .ToDictionary(row => row.Query, row => row.Ids.Zip(row.Distances, (id, distance) => (Id: id, Distance: distance)).ToList());
        var answers = new List<List<(int Id, double Distance)>>();
        for (var i = 0; i < queries.Count; i++)
        {
            if (!known.TryGetValue(i, out var answer))
            {
                answer = await FilterBenchPlan.Exact.RunAsync(
                    connection, data.Collection.Info, queries[i], cell.Range(queries[i]), k, cancellationToken);
                await connection.ExecuteAsync(
                    "INSERT INTO answers VALUES (@Name, @i, @Ids, @Distances)",
                    new
                    {
                        cell.Name,
                        i,
                        Ids = answer.Select(row => row.Id).ToArray(),
                        Distances = answer.Select(row => row.Distance).ToArray(),
                    });
            }

            answers.Add(answer);
        }

        return answers;
    }
}
