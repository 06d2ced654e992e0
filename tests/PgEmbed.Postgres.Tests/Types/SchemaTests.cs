using Npgsql;
using Pgvector;

namespace PgEmbed.Postgres.Tests.Types;

/// <summary>Where the extension is, and when it came.</summary>
public sealed class SchemaTests(VectorDatabase database) : IClassFixture<VectorDatabase>
{
    private static readonly float[] Values = [1f, 2f];
    private const string Quoted = "\"Ext \"\"of\"\" Vectors\"";

    [Theory]
    [InlineData("ext", "ext", false)]
    [InlineData("ext", "ext", true)]
    [InlineData("Ext \"of\" Vectors", Quoted, false)]
    [InlineData("Ext \"of\" Vectors", Quoted, true)]
    public async Task The_extension_may_be_in_any_schema_on_the_search_path_or_not(string name, string quoted, bool onPath)
    {
        await MoveExtensionAsync(quoted);
        await using var source = database.CreateSource(
            settings => settings.SearchPath = onPath ? $"{quoted}, public" : "public");
        var vector = new Vector(Values);
        float[][] array = [Values];
        Half[] halves = [Half.One];
        var sparse = SparseVector.FromDense(Values);

        Assert.Equal(Values, (await source.ScalarAsync<Vector>("SELECT $1", vector)).ToArray());
        Assert.Equal(Values, await source.ScalarAsync<float[]>("SELECT $1", Named(Values, "vector")));
        Assert.Equal(Values, await source.ScalarAsync<float[]>("SELECT $1", Named(Values, $"{name}.vector")));
        Assert.Equal(array, await source.ScalarAsync<float[][]>("SELECT $1", Named(array, "vector[]")));
        Assert.Equal(array, await source.ScalarAsync<float[][]>("SELECT $1", [new[] { vector }]));
        Assert.Equal(halves, await source.ScalarAsync<Half[]>("SELECT $1", [halves]));
        Assert.Equal(sparse, await source.ScalarAsync<SparseVector>("SELECT $1", sparse));
        Assert.Equal(
            0d,
            await source.ScalarAsync<double>($"SELECT $1 OPERATOR({quoted}.<->) $2", vector, Named(Values, "vector")));
    }

    [Fact]
    public async Task A_type_created_after_connecting_is_known_after_a_reload()
    {
        await using var source = database.CreateSource();
        await source.ExecuteAsync("DROP EXTENSION IF EXISTS vector CASCADE");
        await using var connection = await source.OpenConnectionAsync();
        await connection.ReloadTypesAsync();
        await using var command = new NpgsqlCommand("SELECT $1", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = new Vector(Values) });

        var missing = await Assert.ThrowsAsync<InvalidCastException>(() => command.ExecuteScalarAsync());
        var cause = Assert.IsType<PgEmbedException>(missing.InnerException);
        Assert.Contains("CREATE EXTENSION vector", cause.Remedy, StringComparison.Ordinal);

        await source.ExecuteAsync("CREATE EXTENSION vector");
        await connection.ReloadTypesAsync();

        Assert.Equal(Values, Assert.IsType<float[]>(await command.ExecuteScalarAsync()));
        Assert.Equal(Values, await source.ScalarAsync<float[]>("SELECT $1", new Vector(Values)));
    }

    [Fact]
    public async Task A_float_array_works_as_ever_where_there_is_no_pgvector()
    {
        await using var source = database.CreateSource();
        await source.ExecuteAsync("DROP EXTENSION IF EXISTS vector CASCADE");
        await source.ReloadTypesAsync();

        Assert.Equal(Values, await source.ScalarAsync<float[]>("SELECT $1", [Values]));
    }

    private async Task MoveExtensionAsync(string schema)
    {
        await using var source = NpgsqlDataSource.Create(database.ConnectionString);
        await source.ExecuteAsync($"DROP EXTENSION IF EXISTS vector CASCADE");
        await source.ExecuteAsync($"CREATE SCHEMA IF NOT EXISTS {schema}");
        await source.ExecuteAsync($"CREATE EXTENSION vector SCHEMA {schema}");
    }

    private static NpgsqlParameter Named(object value, string typeName) => new() { Value = value, DataTypeName = typeName };
}
