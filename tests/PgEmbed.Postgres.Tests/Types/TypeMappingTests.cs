using System.Collections;
using Npgsql;
using Pgvector;
using PgEmbed.Postgres.Types;

namespace PgEmbed.Postgres.Tests.Types;

public sealed class TypeMappingTests(VectorDatabase database) : IClassFixture<VectorDatabase>
{
    private static readonly float[] Singles = [1f, -2.5f, 0f];
    private static readonly Half[] Halves = [(Half)1f, (Half)(-2.5f), (Half)0f];
    private static readonly SparseVector Sparse = SparseVector.FromDense(Singles);

    public static TheoryData<object, string> Untyped => new()
    {
        { Singles, "real[]" },
        { (ReadOnlyMemory<float>)Singles, "vector" },
        { Singles.AsMemory(), "vector" },
        { new Vector(Singles), "vector" },
        { Halves, "halfvec" },
        { (ReadOnlyMemory<Half>)Halves, "halfvec" },
        { Halves.AsMemory(), "halfvec" },
        { Sparse, "sparsevec" },
        { new List<float>(Singles), "real[]" },
        { new[] { new Vector(Singles) }, "vector[]" },
        { new List<Vector> { new(Singles) }, "vector[]" },
        { new ReadOnlyMemory<float>[] { Singles }, "vector[]" },
        { new[] { Halves }, "halfvec[]" },
        { new[] { Sparse }, "sparsevec[]" },
    };

    public static TheoryData<object, string> Named => new()
    {
        { Singles, "vector" },
        { (ReadOnlyMemory<float>)Singles, "vector" },
        { Singles.AsMemory(), "vector" },
        { new Vector(Singles), "vector" },
        { Singles, "halfvec" },
        { (ReadOnlyMemory<float>)Singles, "halfvec" },
        { Singles.AsMemory(), "halfvec" },
        { Halves, "halfvec" },
        { (ReadOnlyMemory<Half>)Halves, "halfvec" },
        { Halves.AsMemory(), "halfvec" },
        { Sparse, "sparsevec" },
        { Singles, "public.vector" },
    };

    [Theory]
    [MemberData(nameof(Untyped))]
    public async Task A_value_without_a_type_name_gets_the_type_that_is_documented(object value, string typeName) =>
        Assert.Equal(typeName, await database.Source.ScalarAsync<string>("SELECT pg_typeof($1)::text", value));

    [Theory]
    [MemberData(nameof(Named))]
    public async Task A_value_with_a_type_name_is_sent_and_read_as_it(object value, string typeName)
    {
        var parameter = new NpgsqlParameter { Value = value, DataTypeName = typeName };

        var text = await database.Source.ScalarAsync<string>("SELECT $1::text", parameter);

        Assert.Equal(typeName == "sparsevec" ? "{1:1,2:-2.5}/3" : "[1,-2.5,0]", text);
    }

    [Fact]
    public async Task Every_reading_of_a_column_gives_the_same_values()
    {
        const string Vector = "SELECT '[1,-2.5,0]'::vector";
        const string Halfvec = "SELECT '[1,-2.5,0]'::halfvec";
        var source = database.Source;

        Assert.Equal(Singles, await source.ScalarAsync<float[]>(Vector));
        Assert.Equal(Singles, (await source.ScalarAsync<ReadOnlyMemory<float>>(Vector)).ToArray());
        Assert.Equal(Singles, (await source.ScalarAsync<Memory<float>>(Vector)).ToArray());
        Assert.Equal(Singles, (await source.ScalarAsync<Vector>(Vector)).ToArray());
        Assert.Equal(Halves, await source.ScalarAsync<Half[]>(Halfvec));
        Assert.Equal(Halves, (await source.ScalarAsync<ReadOnlyMemory<Half>>(Halfvec)).ToArray());
        Assert.Equal(Halves, (await source.ScalarAsync<Memory<Half>>(Halfvec)).ToArray());
        Assert.Equal(Singles, await source.ScalarAsync<float[]>(Halfvec));
        Assert.Equal(Singles, (await source.ScalarAsync<ReadOnlyMemory<float>>(Halfvec)).ToArray());
        Assert.Equal(Singles, (await source.ScalarAsync<Memory<float>>(Halfvec)).ToArray());
        Assert.Equal(Sparse, await source.ScalarAsync<SparseVector>("SELECT '{2:-2.5,1:1}/3'::sparsevec"));
        Assert.Equal(Singles, await source.ScalarAsync<float[]>("SELECT '{1,-2.5,0}'::real[]"));
    }

    [Theory]
    [InlineData("'[1,2]'::vector", typeof(float[]))]
    [InlineData("'[1,2]'::halfvec", typeof(Half[]))]
    [InlineData("'{1:1}/2'::sparsevec", typeof(SparseVector))]
    [InlineData("ARRAY['[1,2]'::vector]", typeof(float[][]))]
    [InlineData("ARRAY['[1,2]'::halfvec]", typeof(Half[][]))]
    [InlineData("ARRAY['{1:1}/2'::sparsevec]", typeof(SparseVector[]))]
    public async Task An_untyped_read_gives_the_type_that_is_documented(string expression, Type expected)
    {
        await using var command = database.Source.CreateCommand($"SELECT {expression}");
        await using var reader = await command.ExecuteReaderAsync();
        Assert.True(await reader.ReadAsync());

        Assert.IsType(expected, reader.GetValue(0));
        Assert.IsType(expected, await reader.GetFieldValueAsync<object>(0));
        Assert.True(reader.GetFieldType(0).IsAssignableFrom(expected));
    }

    [Theory]
    [InlineData("vector")]
    [InlineData("halfvec")]
    [InlineData("sparsevec")]
    public async Task NULL_goes_and_comes_as_null(string typeName)
    {
        var sql = $"SELECT $1::{typeName}";
        foreach (var parameter in new[] { new NpgsqlParameter(), new NpgsqlParameter { DataTypeName = typeName } })
        {
            parameter.Value = DBNull.Value;
            await using var command = database.Source.CreateCommand(sql);
            command.Parameters.Add(parameter);
            await using var reader = await command.ExecuteReaderAsync();
            Assert.True(await reader.ReadAsync());

            Assert.True(await reader.IsDBNullAsync(0));
            Assert.Equal(DBNull.Value, reader.GetValue(0));
            if (typeName == "vector")
                Assert.Null(await reader.GetFieldValueAsync<ReadOnlyMemory<float>?>(0));
        }
    }

    [Fact]
    public async Task A_nullable_memory_is_sent_as_its_value()
    {
        var parameter = new NpgsqlParameter<ReadOnlyMemory<float>?> { TypedValue = Singles };

        Assert.Equal("[1,-2.5,0]", await database.Source.ScalarAsync<string>("SELECT $1::text", parameter));
    }

    [Fact]
    public async Task A_typed_parameter_is_sent_without_boxing_its_type_away()
    {
        var vector = new NpgsqlParameter<ReadOnlyMemory<float>> { TypedValue = Singles };
        var named = new NpgsqlParameter<float[]> { TypedValue = Singles, DataTypeName = DataTypeNames.Vector };

        Assert.Equal(0d, await database.Source.ScalarAsync<double>("SELECT $1 <-> $2", vector, named));
    }

    [Theory]
    [InlineData(16)]
    [InlineData(1)]
    [InlineData(13)]
    [InlineData(64_000)]
    public async Task Npgsqls_own_mapping_serves_bit(int length)
    {
        var random = new Random(length);
        var bits = new BitArray(Enumerable.Range(0, length).Select(_ => random.Next(2) == 1).ToArray());
        var text = string.Concat(bits.Cast<bool>().Select(bit => bit ? '1' : '0'));

        var (sent, read, hamming) = await database.SmallBuffers.RowAsync(
            true,
            $"SELECT $1::bit({length})::text, $2::text::bit({length}), $1::bit({length}) <~> $2::text::bit({length})",
            [bits, text],
            async reader => (
                await reader.GetFieldValueAsync<string>(0),
                await reader.GetFieldValueAsync<BitArray>(1),
                await reader.GetFieldValueAsync<double>(2)));

        Assert.Equal(text, sent);
        Assert.Equal(bits.Cast<bool>(), read.Cast<bool>());
        Assert.Equal(0, hamming);
    }

    [Fact]
    public async Task The_text_of_a_sparse_vector_is_the_form_that_pgvector_reads()
    {
        var vector = new SparseVector(
            SparseVector.MaxDimensions, [0, 5, SparseVector.MaxDimensions - 1], [float.Epsilon, -0.1f, float.MaxValue]);

        Assert.Equal(vector, await database.Source.ScalarAsync<SparseVector>("SELECT $1::sparsevec", vector.ToString()));
    }

    [Fact]
    public async Task A_slim_data_source_maps_them_too()
    {
        await using var source = new NpgsqlSlimDataSourceBuilder(database.ConnectionString).UsePgEmbed().Build();

        Assert.Equal(Singles, await source.ScalarAsync<float[]>("SELECT $1", (ReadOnlyMemory<float>)Singles));
    }

    [Fact]
    public async Task Mapping_twice_does_no_harm()
    {
        await using var source =
            new NpgsqlDataSourceBuilder(database.ConnectionString).UsePgEmbed().UsePgEmbed().Build();

        Assert.Equal(Singles, (await source.ScalarAsync<Vector>("SELECT $1", new Vector(Singles))).ToArray());
    }

    [Fact]
    public async Task A_prepared_statement_sends_and_reads_vectors()
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT $1", connection);
        var parameter = new NpgsqlParameter<ReadOnlyMemory<float>> { TypedValue = Singles };
        command.Parameters.Add(parameter);
        await command.PrepareAsync();

        for (var length = 1; length <= 5000; length += 1111)
        {
            parameter.TypedValue = new float[length];
            Assert.Equal(length, ((float[])(await command.ExecuteScalarAsync())!).Length);
        }
    }
}
