using Dapper;
using Pgvector;
using PgEmbed.Postgres.Types;

namespace PgEmbed.Postgres.Tests.Types;

public sealed class DapperTests : IClassFixture<VectorDatabase>
{
    private static readonly float[] Singles = [1f, -2.5f, 0f];
    private static readonly Half[] Halves = [(Half)1f, (Half)(-2.5f), (Half)0f];
    private readonly VectorDatabase _database;

    public DapperTests(VectorDatabase database)
    {
        DapperVectorTypes.Register();
        DapperVectorTypes.Register();
        _database = database;
    }

    [Fact]
    public async Task Parameters_of_every_type_arrive_with_their_type()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();

        var types = await connection.QuerySingleAsync<(string, string, string, string, string, string, string)>(
            "SELECT pg_typeof(@v)::text, pg_typeof(@m)::text, pg_typeof(@h)::text, pg_typeof(@hm)::text, "
            + "pg_typeof(@s)::text, pg_typeof(@p)::text, pg_typeof(@ph)::text",
            new
            {
                v = new Vector(Singles),
                m = (ReadOnlyMemory<float>)Singles,
                h = Halves,
                hm = (ReadOnlyMemory<Half>)Halves,
                s = SparseVector.FromDense(Singles),
                p = new VectorParameter(Singles),
                ph = new VectorParameter((ReadOnlyMemory<float>)Singles, DataTypeNames.Halfvec),
            });

        Assert.Equal(("vector", "vector", "halfvec", "halfvec", "sparsevec", "vector", "halfvec"), types);
    }

    [Fact]
    public async Task A_row_is_read_into_members_of_every_type()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();

        var row = await connection.QuerySingleAsync<Row>(
            "SELECT v AS array, v AS vector, v AS memory, v AS nullable, v::halfvec AS halves, v::sparsevec AS sparse "
            + "FROM (SELECT '[1,-2.5,0]'::vector AS v) x");
        var nothing = await connection.QuerySingleAsync<Row>(
            "SELECT NULL::vector AS array, NULL::vector AS vector, NULL::vector AS nullable, NULL::halfvec AS halves, "
            + "NULL::sparsevec AS sparse");

        Assert.Equal(Singles, row.Array);
        Assert.Equal(Singles, row.Vector!.ToArray());
        Assert.Equal(Singles, row.Memory.ToArray());
        Assert.Equal(Singles, row.Nullable!.Value.ToArray());
        Assert.Equal(Halves, row.Halves);
        Assert.Equal(SparseVector.FromDense(Singles), row.Sparse);
        Assert.Equal(new Row(), nothing);
    }

    [Fact]
    public async Task A_single_column_is_read_as_every_type()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();

        Assert.Equal(Singles, (await connection.QuerySingleAsync<Vector>("SELECT '[1,-2.5,0]'::vector")).ToArray());
        Assert.Equal(
            Singles, (await connection.ExecuteScalarAsync<ReadOnlyMemory<float>>("SELECT '[1,-2.5,0]'::vector")).ToArray());
        Assert.Equal(
            Singles, (await connection.QuerySingleAsync<ReadOnlyMemory<float>>("SELECT '[1,-2.5,0]'::vector")).ToArray());
        Assert.Equal(Halves, await connection.QuerySingleAsync<Half[]>("SELECT '[1,-2.5,0]'::halfvec"));
        Assert.Null(await connection.QuerySingleAsync<Vector?>("SELECT NULL::vector"));
        Assert.Null(await connection.QuerySingleAsync<ReadOnlyMemory<float>?>("SELECT NULL::vector"));
        Assert.Equal(Singles, (float[])(await connection.QuerySingleAsync("SELECT '[1,-2.5,0]'::vector AS v")).v);
    }

    [Fact]
    public async Task Null_parameters_are_NULL()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync(
            "CREATE TABLE nulls (a vector, b vector, c vector, d halfvec, e sparsevec, f vector)");

        await connection.ExecuteAsync(
            "INSERT INTO nulls VALUES (@a, @b, @c, @d, @e, @f)",
            new
            {
                a = (Vector?)null,
                b = (ReadOnlyMemory<float>?)null,
                c = new VectorParameter(null),
                d = (Half[]?)null,
                e = (SparseVector?)null,
                f = (ReadOnlyMemory<float>?)Singles,
            });

        Assert.Equal(1, await connection.ExecuteScalarAsync<int>(
            "SELECT count(*) FROM nulls WHERE num_nulls(a, b, c, d, e) = 5 AND f = '[1,-2.5,0]'"));
    }

    [Fact]
    public async Task A_vector_parameter_orders_by_distance_and_a_float_array_stays_an_array()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();
        await connection.ExecuteAsync("CREATE TABLE near (id int, v vector(3))");
        await connection.ExecuteAsync(
            "INSERT INTO near VALUES (@id, @v)",
            Enumerable.Range(0, 10).Select(i => new { id = i, v = new VectorParameter([i, 0f, 0f]) }));

        var nearest = await connection.QueryAsync<int>(
            "SELECT id FROM near WHERE id >= @from ORDER BY v <-> @query LIMIT 3",
            new { from = 4, query = new VectorParameter([6.1f, 0f, 0f]) });
        var type = await connection.ExecuteScalarAsync<string>("SELECT pg_typeof(@values)::text", new { values = Singles });

        Assert.Equal([6, 7, 5], nearest);
        Assert.Equal("real[]", type);
    }

    [Fact]
    public async Task A_column_of_another_type_is_an_error_that_says_so()
    {
        await using var connection = await _database.Source.OpenConnectionAsync();

        var error = await Assert.ThrowsAsync<InvalidCastException>(
            () => connection.QuerySingleAsync<Vector>("SELECT 'x'::text"));

        Assert.Equal(
            "Expected a column of one of pgvector's types for Pgvector.Vector, got System.String.", error.Message);
    }

    private sealed record Row
    {
        public float[]? Array { get; set; }

        public Vector? Vector { get; set; }

        public ReadOnlyMemory<float> Memory { get; set; }

        public ReadOnlyMemory<float>? Nullable { get; set; }

        public Half[]? Halves { get; set; }

        public SparseVector? Sparse { get; set; }
    }
}
