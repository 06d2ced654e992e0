using Npgsql;
using Pgvector;

namespace PgEmbed.Postgres.Tests.Types;

public sealed class CompositeTests(VectorDatabase database) : IClassFixture<VectorDatabase>
{
    private static readonly float[] Values = [1f, 2f];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Vectors_are_fields_of_a_composite_type(bool isAsync)
    {
        await database.Source.ExecuteAsync(
            "DROP TYPE IF EXISTS passage; "
            + "CREATE TYPE passage AS (id int, embedding vector, other vector, halves halfvec, terms sparsevec)");
        await using var source = database.CreateSource(
            VectorDatabase.UseSmallBuffers, builder => builder.MapComposite<Passage>("passage"));
        var values = Enumerable.Range(0, 3000).Select(i => i * 0.5f).ToArray();
        var passage = new Passage
        {
            Id = 7,
            Embedding = values,
            Other = null,
            Halves = [Half.One, Half.Epsilon],
            Terms = SparseVector.FromDense(values),
        };

        var (text, back) = await source.RowAsync(
            isAsync,
            "SELECT ($1).embedding::text, $1",
            [passage],
            async reader => (
                await reader.FieldAsync<string>(isAsync, 0), await reader.FieldAsync<Passage>(isAsync, 1)));

        Assert.Equal(values, VectorText.Singles(text));
        Assert.Equal(7, back.Id);
        Assert.Equal(values, back.Embedding);
        Assert.Null(back.Other);
        Assert.Equal(passage.Halves, back.Halves);
        Assert.Equal(passage.Terms, back.Terms);
    }

    [Fact]
    public async Task A_domain_over_vector_is_read_and_written_as_vector()
    {
        await database.Source.ExecuteAsync("CREATE DOMAIN embedding AS vector(2)");
        await using var source = database.CreateSource();
        var parameter = new NpgsqlParameter { Value = Values, DataTypeName = "embedding" };

        Assert.Equal(Values, await source.ScalarAsync<float[]>("SELECT $1", parameter));
        Assert.Equal(Values, (await source.ScalarAsync<Vector>("SELECT '[1,2]'::embedding")).ToArray());
    }

    private sealed class Passage
    {
        public int Id { get; set; }

        public float[]? Embedding { get; set; }

        public Vector? Other { get; set; }

        public Half[]? Halves { get; set; }

        public SparseVector? Terms { get; set; }
    }
}
