using Npgsql;
using NpgsqlTypes;
using Pgvector;
using PgEmbed.Postgres.Types;

namespace PgEmbed.Postgres.Tests.Types;

public sealed class CopyTests(VectorDatabase database) : IClassFixture<VectorDatabase>
{
    private const int Rows = 300;

    [Fact]
    public async Task COPY_in_and_out_keeps_every_vector_async()
    {
        await CreateTableAsync("copy_async");
        await using var connection = await database.SmallBuffers.OpenConnectionAsync();
        await using (var writer = await connection.BeginBinaryImportAsync("COPY copy_async FROM STDIN BINARY"))
        {
            for (var row = 0; row < Rows; row++)
            {
                await writer.StartRowAsync();
                await writer.WriteAsync(row, NpgsqlDbType.Integer);
                if (row % 10 == 9)
                {
                    await writer.WriteNullAsync();
                    await writer.WriteNullAsync();
                    await writer.WriteNullAsync();
                    continue;
                }

                await writer.WriteAsync(Values(row), DataTypeNames.Vector);
                await writer.WriteAsync(Values(row), DataTypeNames.Halfvec);
                await writer.WriteAsync(SparseVector.FromDense(Values(row)));
            }

            Assert.Equal((ulong)Rows, await writer.CompleteAsync());
        }

        await CheckTextsAsync("copy_async");
        await using var reader = await connection.BeginBinaryExportAsync(
            "COPY (SELECT * FROM copy_async ORDER BY id) TO STDOUT BINARY");
        for (var row = 0; row < Rows; row++)
        {
            Assert.Equal(4, await reader.StartRowAsync());
            Assert.Equal(row, await reader.ReadAsync<int>());
            if (row % 10 == 9)
            {
                Assert.True(reader.IsNull);
                await reader.SkipAsync();
                Assert.True(reader.IsNull);
                await reader.SkipAsync();
                Assert.True(reader.IsNull);
                await reader.SkipAsync();
                continue;
            }

            Assert.Equal(Values(row), (await reader.ReadAsync<ReadOnlyMemory<float>>()).ToArray());
            Assert.Equal(
                Values(row), (await reader.ReadAsync<ReadOnlyMemory<Half>>()).ToArray().Select(value => (float)value));
            Assert.Equal(SparseVector.FromDense(Values(row)), await reader.ReadAsync<SparseVector>());
        }

        Assert.Equal(-1, await reader.StartRowAsync());
    }

    [Fact]
    public async Task COPY_in_and_out_keeps_every_vector_sync()
    {
        await CreateTableAsync("copy_sync");
        using var connection = database.SmallBuffers.OpenConnection();
        using (var writer = connection.BeginBinaryImport("COPY copy_sync FROM STDIN BINARY"))
        {
            for (var row = 0; row < Rows; row++)
            {
                if (row % 10 == 9)
                {
                    writer.WriteRow(row, null, null, null);
                    continue;
                }

                writer.StartRow();
                writer.Write(row, NpgsqlDbType.Integer);
                writer.Write<ReadOnlyMemory<float>>(Values(row));
                writer.Write(Array.ConvertAll(Values(row), value => (Half)value));
                writer.Write(SparseVector.FromDense(Values(row)), DataTypeNames.Sparsevec);
            }

            writer.Complete();
        }

        await CheckTextsAsync("copy_sync");
        using var reader = connection.BeginBinaryExport("COPY (SELECT * FROM copy_sync ORDER BY id) TO STDOUT BINARY");
        for (var row = 0; row < Rows; row++)
        {
            reader.StartRow();
            Assert.Equal(row, reader.Read<int>());
            if (row % 10 == 9)
            {
                reader.Skip();
                reader.Skip();
                reader.Skip();
                continue;
            }

            Assert.Equal(Values(row), reader.Read<Vector>().ToArray());
            Assert.Equal(Values(row), reader.Read<Half[]>().Select(value => (float)value));
            Assert.Equal(Values(row), reader.Read<SparseVector>().ToDense());
        }

        Assert.Equal(-1, reader.StartRow());
    }

    [Fact]
    public async Task A_bad_vector_in_COPY_is_refused_and_leaves_nothing_behind()
    {
        await CreateTableAsync("copy_bad");
        await using var connection = await database.Source.OpenConnectionAsync();
        await using (var writer = await connection.BeginBinaryImportAsync("COPY copy_bad (id, v) FROM STDIN BINARY"))
        {
            await writer.StartRowAsync();
            await writer.WriteAsync(1);
            await writer.WriteAsync(Values(1), DataTypeNames.Vector);
            await writer.StartRowAsync();
            await writer.WriteAsync(2);
            await Assert.ThrowsAsync<InvalidVectorException>(
                () => writer.WriteAsync<float[]>([1f, float.NaN], DataTypeNames.Vector));
        }

        await using var command = new NpgsqlCommand("SELECT count(*) FROM copy_bad", connection);
        Assert.Equal(0L, await command.ExecuteScalarAsync());
    }

    // Lengths around the pieces and the buffers, now and then the longest; quarters, which a Half holds exactly.
    private static float[] Values(int row)
    {
        var length = row % 50 == 0 ? VectorSpace.MaxDimensions : 1 + (row * 37 % 2100);
        return [.. Enumerable.Range(0, length).Select(i => ((i + row) % 97 * 0.25f) - 3)];
    }

    private async Task CreateTableAsync(string name) => await database.Source.ExecuteAsync(
        $"CREATE TABLE {name} (id int, v vector, h halfvec, s sparsevec)");

    private async Task CheckTextsAsync(string table)
    {
        await using var command = database.Source.CreateCommand(
            $"SELECT id, v::text, h::text, s::text FROM {table} ORDER BY id");
        await using var reader = await command.ExecuteReaderAsync();
        for (var row = 0; row < Rows; row++)
        {
            Assert.True(await reader.ReadAsync());
            Assert.Equal(row, reader.GetInt32(0));
            if (row % 10 == 9)
            {
                Assert.True(reader.IsDBNull(1) && reader.IsDBNull(2) && reader.IsDBNull(3));
                continue;
            }

            var values = Values(row);
            Assert.Equal(values, VectorText.Singles(reader.GetString(1)));
            Assert.Equal(values, VectorText.Singles(reader.GetString(2)));
            var sparse = VectorText.Sparse(reader.GetString(3));
            Assert.Equal(values.Length, sparse.Dimensions);
            Assert.Equal(values.Where(value => value != 0), sparse.Values.Values);
        }

        Assert.False(await reader.ReadAsync());
    }
}
