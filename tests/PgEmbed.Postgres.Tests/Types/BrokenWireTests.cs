using System.Buffers.Binary;
using Npgsql;
using Pgvector;
using PgEmbed.Postgres.Types;

namespace PgEmbed.Postgres.Tests.Types;

/// <summary>
/// Bytes that pgvector would never send, sent by a real server: types of pgvector's names over bytea's functions, whose
/// binary form is whatever was put in.
/// </summary>
public sealed class BrokenWireTests(VectorDatabase database) : IClassFixture<VectorDatabase>, IAsyncLifetime
{
    public static TheoryData<string, byte[], string> Broken => new()
    {
        { "vector", [], "got a value of 0 bytes" },
        { "vector", [0, 1, 0], "got a value of 3 bytes" },
        { "vector", [0, 0, 0, 0], "got 0 dimensions" },
        { "vector", [0, 2, 0, 0, 0, 0, 0, 0], "got 2 dimensions (reserved 0) with 4 bytes of values" },
        { "vector", [0, 1, 0, 0, 0, 0, 0, 0, 0], "got 1 dimensions (reserved 0) with 5 bytes of values" },
        { "vector", [0, 1, 0, 1, 0, 0, 0, 0], "got 1 dimensions (reserved 1)" },
        { "vector", [0xff, 0xff, 0, 0, 0, 0, 0, 0], "got -1 dimensions" },
        { "vector", [0x7f, 0xff, 0, 0, .. new byte[60_000]], "got 32767 dimensions (reserved 0) with 60000 bytes" },
        { "vector", [0, 1, 0, 0, .. new byte[60_000]], "got 1 dimensions (reserved 0) with 60000 bytes" },
        { "halfvec", [0, 2, 0, 0, 0, 0], "got 2 dimensions (reserved 0) with 2 bytes of values" },
        { "sparsevec", [0, 0, 0, 1], "got a value of 4 bytes" },
        { "sparsevec", Ints(3, 2, 0, 0, 0), "got 2 values (reserved 0) with 8 bytes of them" },
        { "sparsevec", Ints(3, -1, 0), "got -1 values" },
        { "sparsevec", Ints(3, int.MaxValue, 0, 1, 2), "got 2147483647 values" },
        { "sparsevec", Ints(3, 0, 7), "got 0 values (reserved 7)" },
        { "sparsevec", Ints(0, 0, 0), "not a sparse vector" },
        { "sparsevec", Ints(3, 1, 0, 3, 0x3f800000), "not a sparse vector" },
        { "sparsevec", Ints(3, 2, 0, 1, 1, 0x3f800000, 0x3f800000), "not a sparse vector" },
        { "sparsevec", Ints(3, 1, 0, 1, 0x7f800000), "not a sparse vector" },
    };

    public async Task InitializeAsync()
    {
        await using var connection = await database.SmallBuffers.OpenConnectionAsync();
        await using (var schema = new NpgsqlCommand("DROP EXTENSION IF EXISTS vector; CREATE SCHEMA IF NOT EXISTS fake", connection))
            await schema.ExecuteNonQueryAsync();
        foreach (var type in new[] { "vector", "halfvec", "sparsevec" })
        {
            await using var command = new NpgsqlCommand(
                $"""
                DROP TYPE IF EXISTS fake.{type} CASCADE;
                CREATE TYPE fake.{type};
                CREATE FUNCTION fake.{type}_in(cstring) RETURNS fake.{type} LANGUAGE internal IMMUTABLE STRICT AS 'byteain';
                CREATE FUNCTION fake.{type}_out(fake.{type}) RETURNS cstring
                    LANGUAGE internal IMMUTABLE STRICT AS 'byteaout';
                CREATE FUNCTION fake.{type}_recv(internal) RETURNS fake.{type}
                    LANGUAGE internal IMMUTABLE STRICT AS 'bytearecv';
                CREATE FUNCTION fake.{type}_send(fake.{type}) RETURNS bytea
                    LANGUAGE internal IMMUTABLE STRICT AS 'byteasend';
                CREATE TYPE fake.{type} (
                    INPUT = fake.{type}_in, OUTPUT = fake.{type}_out, RECEIVE = fake.{type}_recv,
                    SEND = fake.{type}_send, LIKE = bytea);
                CREATE CAST (bytea AS fake.{type}) WITHOUT FUNCTION;
                """,
                connection);
            await command.ExecuteNonQueryAsync();
        }

        await connection.ReloadTypesAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Theory]
    [MemberData(nameof(Broken))]
    public async Task Bytes_that_are_not_pgvectors_are_an_error_and_the_connection_goes_on(
        string type, byte[] bytes, string message)
    {
        await using var connection = await database.SmallBuffers.OpenConnectionAsync();
        foreach (var isAsync in new[] { true, false })
        {
            await using var command = new NpgsqlCommand($"SELECT $1::fake.{type}, 'after' UNION ALL SELECT NULL, 'next'", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = bytes });
            foreach (var behavior in new[] { System.Data.CommandBehavior.SequentialAccess, default })
            {
                await using var reader = await command.ExecuteReaderAsync(behavior);
                Assert.True(await reader.ReadAsync());

                var error = type switch
                {
                    "vector" => await Assert.ThrowsAsync<PgEmbedException>(() => reader.FieldAsync<float[]>(isAsync, 0)),
                    "halfvec" => await Assert.ThrowsAsync<PgEmbedException>(() => reader.FieldAsync<Half[]>(isAsync, 0)),
                    _ => await Assert.ThrowsAsync<PgEmbedException>(() => reader.FieldAsync<SparseVector>(isAsync, 0)),
                };

                Assert.StartsWith($"Expected pgvector's binary form of {type}", error.Message, StringComparison.Ordinal);
                Assert.Contains(message, error.Message, StringComparison.Ordinal);
                Assert.Equal("after", reader.GetString(1));
                Assert.True(await reader.ReadAsync());
                Assert.Equal("next", reader.GetString(1));
            }
        }

        await AssertUsableAsync(connection);
    }

    [Fact]
    public async Task Broken_bytes_in_an_array_and_in_COPY_are_errors_too_and_the_connection_goes_on()
    {
        byte[] broken = [0, 9, 0, 0, .. new byte[20_000]];
        await using var connection = await database.SmallBuffers.OpenConnectionAsync();
        await using (var command = new NpgsqlCommand("SELECT ARRAY[$1::fake.vector, $1::fake.vector], 'after'", connection))
        {
            command.Parameters.Add(new NpgsqlParameter { Value = broken });
            await using var reader = await command.ExecuteReaderAsync(System.Data.CommandBehavior.SequentialAccess);
            Assert.True(await reader.ReadAsync());
            await Assert.ThrowsAsync<PgEmbedException>(() => reader.GetFieldValueAsync<float[][]>(0));
            Assert.Equal("after", reader.GetString(1));
        }

        await AssertUsableAsync(connection);
        await using (var export = await connection.BeginBinaryExportAsync(
            $"COPY (SELECT '\\x{Convert.ToHexString(broken)}'::bytea::fake.vector, 1) TO STDOUT BINARY"))
        {
            await export.StartRowAsync();
            await Assert.ThrowsAsync<PgEmbedException>(async () => await export.ReadAsync<Vector>());
        }

        await AssertUsableAsync(connection);
    }

    private static byte[] Ints(params int[] values)
    {
        var bytes = new byte[values.Length * sizeof(int)];
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(i * sizeof(int)), values[i]);
        return bytes;
    }

    private static async Task AssertUsableAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("SELECT 7", connection);
        Assert.Equal(7, await command.ExecuteScalarAsync());
    }
}
