using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using PgEmbed.Testing;

namespace PgEmbed.Migrations.Tests;

public sealed class SpaceIdTests
{
    [Fact]
    public async Task SQL_and_the_library_derive_the_same_id()
    {
        await using var database = await TestDatabase.CreateAsync();
        await using var connection = await database.DataSource.OpenConnectionAsync();
        var spaces =
            from digits in Gen.Elements("0123456789abcdef".ToCharArray()).ArrayOf(64)
            from dimensions in Gen.Choose(1, VectorSpace.MaxDimensions)
            from metric in Gen.Elements(Enum.GetValues<DistanceMetric>())
            select new VectorSpace("any", new string(digits), dimensions, metric);
        Prop.ForAll(spaces.ToArbitrary(), space =>
        {
            using var command = new NpgsqlCommand("SELECT pgembed.space_id($1, $2, $3)", connection)
            {
                Parameters =
                {
                    new() { Value = space.Fingerprint },
                    new() { Value = space.Dimensions },
                    new() { Value = space.Metric.ToName() },
                },
            };
            return space.Id.Equals(command.ExecuteScalar());
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task The_catalog_takes_the_library_s_metrics_and_limits_and_no_others()
    {
        await using var database = await TestDatabase.CreateAsync();
        foreach (var metric in Enum.GetValues<DistanceMetric>())
        {
            foreach (var dimensions in (int[])[1, VectorSpace.MaxDimensions])
                await InsertAsync(database, dimensions, metric.ToName());
        }

        await RefusedAsync("space_metric_check", () => InsertAsync(database, 3, "manhattan"));
        await RefusedAsync("space_dimensions_check", () => InsertAsync(database, 0, "cosine"));
        await RefusedAsync(
            "space_dimensions_check", () => InsertAsync(database, VectorSpace.MaxDimensions + 1, "cosine"));
    }

    private static Task InsertAsync(TestDatabase database, int dimensions, string metric) =>
        database.DataSource.ExecuteAsync(
            $"""
            INSERT INTO pgembed.space (space_id, name, fingerprint, dimensions, metric)
            VALUES (gen_random_uuid(), 'any', repeat('0', 64), {dimensions}, '{metric}')
            """);

    private static async Task RefusedAsync(string constraint, Func<Task> insert) =>
        Assert.Equal(constraint, (await Assert.ThrowsAsync<PostgresException>(insert)).ConstraintName);
}
