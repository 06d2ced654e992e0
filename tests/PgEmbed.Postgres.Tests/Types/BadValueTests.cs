using Npgsql;
using Pgvector;
using PgEmbed.Postgres.Types;

namespace PgEmbed.Postgres.Tests.Types;

public sealed class BadValueTests(VectorDatabase database) : IClassFixture<VectorDatabase>
{
    public static TheoryData<object, string, string> Refused => new()
    {
        { new[] { 1f, float.NaN }, "vector", "Expected finite values, got NaN at position 1." },
        { new[] { float.PositiveInfinity }, "vector", "Expected finite values, got Infinity at position 0." },
        { new Vector([1f, 2f, float.NegativeInfinity]), "vector", "got -Infinity at position 2." },
        { Array.Empty<float>(), "vector", "Expected a vector of 1 to 16000 dimensions, got 0." },
        { default(ReadOnlyMemory<float>), "vector", "Expected a vector of 1 to 16000 dimensions, got 0." },
        { new float[16_001], "vector", "Expected a vector of 1 to 16000 dimensions, got 16001." },
        { new float[70_000], "vector", "Expected a vector of 1 to 16000 dimensions, got 70000." },
        { new[] { Half.NaN }, "halfvec", "Expected finite values, got NaN at position 0." },
        { new Half[] { default, Half.NegativeInfinity }, "halfvec", "got -Infinity at position 1." },
        { Array.Empty<Half>(), "halfvec", "Expected a halfvec of 1 to 16000 dimensions, got 0." },
        { new Half[16_001], "halfvec", "Expected a halfvec of 1 to 16000 dimensions, got 16001." },
        { new[] { 0f, float.NaN }, "halfvec", "Expected finite values, got NaN at position 1." },
        { new[] { 0f, 1f, 65_520f }, "halfvec", "Expected values from -65504 to 65504, got 65520 at position 2." },
        { new[] { -1e30f }, "halfvec", "Expected values from -65504 to 65504, got -1E+30 at position 0." },
        { Array.Empty<float>(), "halfvec", "Expected a halfvec of 1 to 16000 dimensions, got 0." },
        { new[] { new[] { 1f }, [float.NaN] }, "vector[]", "Expected finite values, got NaN at position 0." },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_value_that_cannot_be_stored_is_refused_before_anything_is_sent(
        object value, string typeName, string message)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = value, DataTypeName = typeName });

        var error = await Assert.ThrowsAsync<InvalidVectorException>(() => command.ExecuteScalarAsync());
        var syncError = Assert.Throws<InvalidVectorException>(command.ExecuteScalar);

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(error.Message, syncError.Message);
        await AssertUsableAsync(connection);
    }

    [Fact]
    public async Task A_bad_value_in_a_batch_keeps_the_whole_batch_from_being_sent()
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using (var create = new NpgsqlCommand("CREATE TABLE batched (v vector)", connection))
            await create.ExecuteNonQueryAsync();
        await using (var batch = new NpgsqlBatch(connection))
        {
            foreach (var values in new float[][] { [1f], [float.NaN] })
            {
                var insert = new NpgsqlBatchCommand("INSERT INTO batched VALUES ($1)");
                insert.Parameters.Add(new NpgsqlParameter { Value = values.AsMemory() });
                batch.BatchCommands.Add(insert);
            }

            await Assert.ThrowsAsync<InvalidVectorException>(() => batch.ExecuteNonQueryAsync());
        }

        await using var count = new NpgsqlCommand("SELECT count(*) FROM batched", connection);
        Assert.Equal(0L, await count.ExecuteScalarAsync());
    }

    [Fact]
    public async Task The_server_says_when_the_dimension_is_not_the_columns()
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var create = new NpgsqlCommand("CREATE TABLE three (v vector(3), h halfvec(3), s sparsevec(3))", connection);
        await create.ExecuteNonQueryAsync();
        foreach (var (column, value) in new (string, object)[]
        {
            ("v", new Vector([1f, 2f])),
            ("h", new[] { Half.One, Half.One }),
            ("s", SparseVector.FromDense([1f, 2f])),
        })
        {
            await using var insert = new NpgsqlCommand($"INSERT INTO three ({column}) VALUES ($1)", connection);
            insert.Parameters.Add(new NpgsqlParameter { Value = value });

            var error = await Assert.ThrowsAsync<PostgresException>(() => insert.ExecuteNonQueryAsync());

            Assert.Equal("expected 3 dimensions, not 2", error.MessageText);
            await AssertUsableAsync(connection);
        }
    }

    [Theory]
    [InlineData("SELECT 'x'::text", typeof(Vector))]
    [InlineData("SELECT '[1]'::vector", typeof(Half[]))]
    [InlineData("SELECT '[1]'::vector", typeof(SparseVector))]
    [InlineData("SELECT '{1:1}/1'::sparsevec", typeof(float[]))]
    public async Task Reading_a_column_as_a_type_that_it_is_not_is_an_error_that_names_both(string sql, Type type)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand(sql, connection))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            Assert.True(await reader.ReadAsync());
            var read = reader.GetType().GetMethod(nameof(reader.GetFieldValue))!.MakeGenericMethod(type);

            var error = Assert.Throws<InvalidCastException>(() => read.Invoke(
                reader, System.Reflection.BindingFlags.DoNotWrapExceptions, null, [0], null));

            Assert.Contains(type.FullName!, error.Message, StringComparison.Ordinal);
            Assert.Contains(reader.GetDataTypeName(0), error.Message, StringComparison.Ordinal);
        }

        await AssertUsableAsync(connection);
    }

    private static async Task AssertUsableAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT $1 <-> '[1,2]'", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = new Vector([1f, 2f]) });
        Assert.Equal(0d, await command.ExecuteScalarAsync());
    }
}
