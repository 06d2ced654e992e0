using System.Text;
using PgEmbed.Postgres.VectorFiles;

namespace PgEmbed.Postgres.Tests.VectorFiles;

/// <summary>Files as numpy.save wrote them (NumPy 1.24.2, little-endian unless said otherwise).</summary>
public sealed class NpyTests : IDisposable
{
    // numpy.save of [[1.5, -2.25, 0], [0.1, 3e5, -7]]; in 16 bits with 3 for 3e5.
    private const string Singles =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAMA/AAAQwAAAAADNzMw9AHySSAAA"
        + "4MA=";

    private const string Halves =
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPGYyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9ICAgICAg"
        + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPoDAAABmLgBCAMc=";

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"pgembed-{Guid.NewGuid():N}.npy");

    public void Dispose() => File.Delete(_path);

    [Fact]
    public async Task Values_are_read_as_numpy_wrote_them()
    {
        await File.WriteAllBytesAsync(_path, Convert.FromBase64String(Singles));
        var singles = await ReadAsync();
        await File.WriteAllBytesAsync(_path, Convert.FromBase64String(Halves));
        var halves = await ReadAsync();

        Assert.Equal([[1.5f, -2.25f, 0], [0.1f, 3e5f, -7]], singles);
        Assert.Equal([[1.5f, -2.25f, 0], [0.099975586f, 3, -7]], halves);
    }

    [Fact]
    public async Task What_is_written_has_numpys_bytes()
    {
        await WriteAsync(NpyElement.F32, [[1.5f, -2.25f, 0], [0.1f, 3e5f, -7]]);
        Assert.Equal(Convert.FromBase64String(Singles), await File.ReadAllBytesAsync(_path));
        await WriteAsync(NpyElement.F16, [[1.5f, -2.25f, 0], [0.1f, 3, -7]]);
        Assert.Equal(Convert.FromBase64String(Halves), await File.ReadAllBytesAsync(_path));
        await WriteAsync(NpyElement.F32, []);
        Assert.Empty(await ReadAsync());
    }

    [Fact]
    public async Task Many_vectors_come_back_in_order()
    {
        var random = new Random(1);
        float[][] vectors = [.. Enumerable.Range(0, 5_000).Select(_ =>
            Enumerable.Range(0, 300).Select(_ => random.NextSingle()).ToArray())];

        await WriteAsync(NpyElement.F32, vectors);

        Assert.Equal(vectors, await ReadAsync());
    }

    [Theory]
    [InlineData("'<f4'", "'>f4'", ">f4")]
    [InlineData("'<f4'", "'<f8'", "<f8")]
    [InlineData("'<f4'", "[('a', '<f4')]", "others")]
    [InlineData("False", "True ", "column by column")]
    [InlineData("(2, 3), }", "(6,), }  ", "shape")]
    [InlineData("(2, 3), }", "(), }    ", "shape")]
    [InlineData("(2, 3), }", "(2, 0), }", "shape")]
    [InlineData("(2, 3), }", "(3, 2), ", "")]
    [InlineData("(2, 3), }", "(2, 4), }", "160 bytes")]
    [InlineData("(2, 3), }", "(9999999999999999999, 3), }", "shape")]
    [InlineData("(2, 3), }", "(9223372036854775807, 3), }", "bytes")]
    [InlineData("\u0093NUMPY", "\u0093NUMPI", "none")]
    [InlineData("\u0001\0v\0", "\u0009\0v\0", "none")]
    [InlineData("\u0001\0v\0", "\u0001\0\u00ff\u00ff", "its end before")]
    public async Task A_file_of_something_else_is_refused(string text, string replacement, string expected)
    {
        var latin = Encoding.Latin1.GetString(Convert.FromBase64String(Singles));
        Assert.Contains(text, latin, StringComparison.Ordinal);
        // The header keeps its length, 127 bytes and a line feed: it ends in spaces.
        var header = latin[..127].Replace(text, replacement, StringComparison.Ordinal).PadRight(127)[..127];
        await File.WriteAllBytesAsync(_path, Encoding.Latin1.GetBytes(header + latin[127..]));

        if (expected.Length == 0)
        {
            Assert.Equal(3, (await ReadAsync()).Count);
            return;
        }

        var error = await Assert.ThrowsAsync<PgEmbedException>(ReadAsync);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_cut_off_or_left_unfinished_is_not_taken_for_a_whole_one()
    {
        var bytes = Convert.FromBase64String(Singles);
        foreach (var length in (int[])[0, 1, 9, 100, 128, 151])
        {
            await File.WriteAllBytesAsync(_path, bytes[..length]);
            await Assert.ThrowsAsync<PgEmbedException>(ReadAsync);
        }

        File.Delete(_path);
        await using (var writer = new NpyWriter(_path, 3))
        {
            await writer.WriteAsync(new float[3]);
            await Assert.ThrowsAsync<InvalidVectorException>(async () => await writer.WriteAsync(new float[2]));
        }

        await using (var writer = new NpyWriter(_path, 1, NpyElement.F16))
            await Assert.ThrowsAsync<InvalidVectorException>(async () => await writer.WriteAsync(new[] { 70_000f }));
        Assert.Empty(Directory.GetFiles(Path.GetDirectoryName(_path)!, Path.GetFileName(_path) + "*"));
    }

    private async Task WriteAsync(NpyElement element, float[][] vectors)
    {
        await using var writer = new NpyWriter(_path, vectors.Length == 0 ? 3 : vectors[0].Length, element);
        foreach (var vector in vectors)
            await writer.WriteAsync(vector);
        await writer.CompleteAsync();
    }

    private async Task<List<float[]>> ReadAsync()
    {
        await using var reader = await NpyReader.OpenAsync(_path);
        return await reader.ReadAsync().Select(vector => vector.ToArray()).ToListAsync();
    }
}
