using Npgsql;
using Pgvector;
using PgEmbed.Postgres.Types;

namespace PgEmbed.Postgres.Tests.Types;

public sealed class ArrayTests(VectorDatabase database) : IClassFixture<VectorDatabase>
{
    private static readonly float[][] Rows = [[1f, 2f], [3.5f], [-0.25f, 4f, 5f]];

    public static TheoryData<object, string> Arrays => new()
    {
        { Rows, DataTypeNames.VectorArray },
        { Rows.ToList(), DataTypeNames.VectorArray },
        { Rows.Select(row => new Vector(row)).ToArray(), DataTypeNames.VectorArray },
        { Rows.Select(row => new Vector(row)).ToList(), DataTypeNames.VectorArray },
        { Rows.Select(row => (ReadOnlyMemory<float>)row).ToArray(), DataTypeNames.VectorArray },
        { Rows.Select(row => row.AsMemory()).ToList(), DataTypeNames.VectorArray },
        { Rows, DataTypeNames.HalfvecArray },
        { Rows.Select(row => row.Select(value => (Half)value).ToArray()).ToArray(), DataTypeNames.HalfvecArray },
        { Rows.Select(row => SparseVector.FromDense(row)).ToArray(), DataTypeNames.SparsevecArray },
    };

    [Theory]
    [MemberData(nameof(Arrays))]
    public async Task An_array_goes_as_the_array_of_its_elements(object value, string typeName)
    {
        var texts = await database.SmallBuffers.ScalarAsync<string[]>(
            "SELECT array(SELECT e::text FROM unnest($1) e)",
            new NpgsqlParameter { Value = value, DataTypeName = typeName });

        Assert.Equal(
            typeName == DataTypeNames.SparsevecArray
                ? ["{1:1,2:2}/2", "{1:3.5}/1", "{1:-0.25,2:4,3:5}/3"]
                : ["[1,2]", "[3.5]", "[-0.25,4,5]"],
            texts);
    }

    [Fact]
    public async Task An_array_comes_in_every_form_of_its_elements()
    {
        const string Sql = "SELECT ARRAY['[1,2]', '[3.5]', '[-0.25,4,5]']";
        var source = database.Source;

        Assert.Equal(Rows, await source.ScalarAsync<float[][]>($"{Sql}::vector[]"));
        Assert.Equal(Rows, await source.ScalarAsync<List<float[]>>($"{Sql}::vector[]"));
        Assert.Equal(Rows, (await source.ScalarAsync<Vector[]>($"{Sql}::vector[]")).Select(v => v.ToArray()));
        Assert.Equal(
            Rows, (await source.ScalarAsync<List<ReadOnlyMemory<float>>>($"{Sql}::vector[]")).Select(v => v.ToArray()));
        Assert.Equal(Rows, await source.ScalarAsync<float[][]>($"{Sql}::halfvec[]"));
        Assert.Equal(
            [SparseVector.FromDense([1f]), SparseVector.FromDense([0f, 2f])],
            await source.ScalarAsync<SparseVector[]>("SELECT ARRAY['{1:1}/1', '{2:2}/2']::sparsevec[]"));
    }

    [Fact]
    public async Task NULL_elements_go_and_come_as_null()
    {
        Vector?[] vectors = [new(Rows[0]), null];
        ReadOnlyMemory<float>?[] memories = [null, Rows[1]];

        var back = await database.Source.ScalarAsync<float[]?[]>("SELECT $1", [vectors]);
        var memoriesBack = await database.Source.ScalarAsync<ReadOnlyMemory<float>?[]>("SELECT $1", [memories]);

        Assert.Equal([Rows[0], null], back);
        Assert.Null(memoriesBack[0]);
        Assert.Equal(Rows[1], memoriesBack[1]!.Value.ToArray());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Long_vectors_in_an_array_are_cut_into_pieces_too(bool isAsync)
    {
        var random = new Random(3);
        float[][] rows =
            [.. new[] { 1, 16_000, 1021, 1, 5000, 16_000 }.Select(n => Enumerable.Range(0, n).Select(_ => random.NextSingle()).ToArray())];
        var sent = new NpgsqlParameter { Value = rows, DataTypeName = DataTypeNames.VectorArray };

        var (whole, texts) = await database.SmallBuffers.RowAsync(
            isAsync,
            "SELECT $1, array(SELECT e::text FROM unnest($1) e)",
            [sent],
            async reader => (
                await reader.FieldAsync<float[][]>(isAsync, 0), await reader.FieldAsync<string[]>(isAsync, 1)));

        Assert.Equal(rows, whole);
        Assert.Equal(rows, texts.Select(VectorText.Singles));
    }
}
