using PgEmbed.Onnx.Modules;

namespace PgEmbed.Onnx.Tests.Modules;

public sealed class SafetensorsFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Tensors_of_each_float_type_are_read_from_their_places()
    {
        float[] values = [1.5f, -2, 0, float.PositiveInfinity, 1 / 1024f, -65504];
        byte[] wide = [.. values.SelectMany(BitConverter.GetBytes)];
        byte[] half = [.. values.SelectMany(v => BitConverter.GetBytes((Half)v))];
        byte[] brain = [.. values.SelectMany(v => BitConverter.GetBytes(v)[2..])];
        // One byte first, so that no tensor stands where its elements could be read directly.
        Write(
            $$"""
            {
              "__metadata__": { "format": "pt" },
              {{SafetensorsBytes.Entry("brain", "BF16", [6], 37, 49)}},
              {{SafetensorsBytes.Entry("wide", "F32", [2, 3], 1, 25)}},
              {{SafetensorsBytes.Entry("half", "F16", [3, 2], 25, 37)}}
            }
            """,
            [0, .. wide, .. half, .. brain]);
        using var file = SafetensorsFile.Open(_folder.File("model.safetensors"));
        Assert.Equal(values, file.Read("wide", 2, 3));
        Assert.Equal(values, file.Read("half", 3, 2));
        Assert.Equal([1.5f, -2, 0, float.PositiveInfinity, 1 / 1024f, -65280], file.Read("brain", 6));
    }

    [Theory]
    [InlineData("F32", 0, 24, "2,3", "a", "has no tensor 'a'")]
    [InlineData("F32", 0, 24, "3,2", "x", "expected 'x' to have the shape 2 × 3, got 3 × 2")]
    [InlineData("F32", 0, 24, "6", "x", "got 6")]
    [InlineData("I64", 0, 24, "2,3", "x", "elements of type 'I64', only F32, F16 and BF16")]
    [InlineData("F32", 0, 25, "2,3", "x", "would have the bytes 0 to 25 of 24")]
    [InlineData("F32", 4, 28, "2,3", "x", "would have the bytes 4 to 28 of 24")]
    [InlineData("F32", -8, 16, "2,3", "x", "'x' has no place in it")]
    [InlineData("F32", 24, 0, "2,3", "x", "would have the bytes 24 to 0")]
    [InlineData("F16", 0, 24, "2,3", "x", "would have the bytes 0 to 24")]
    [InlineData("F32", 9000000000000000000, 9000000000000000024, "2,3", "x", "of 24")]
    [InlineData("F32", 0, 24, "2.5,3", "x", "the entry of 'x' is not of the format")]
    [InlineData("F32", 0, 24, "\"2\",3", "x", "the entry of 'x' is not of the format")]
    public void What_does_not_fit_is_refused_by_name(
        string type, long start, long end, string shape, string name, string message)
    {
        Write(
            $$"""{ "x": { "dtype": "{{type}}", "shape": [{{shape}}], "data_offsets": [{{start}}, {{end}}] } }""",
            new byte[24]);
        using var file = SafetensorsFile.Open(_folder.File("model.safetensors"));
        var error = Assert.Throws<PgEmbedException>(() => file.Read(name, 2, 3));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_none_is_refused_whatever_its_bytes_are()
    {
        byte[][] broken =
        [
            [], [1], [0, 0, 0, 0, 0, 0, 0, 0], SafetensorsBytes.Of("[]", []), SafetensorsBytes.Of("{", []),
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, (byte)'{', (byte)'}'],
            [200, 0, 0, 0, 0, 0, 0, 0, (byte)'{', (byte)'}'],
        ];
        foreach (var bytes in broken)
        {
            _folder.Write("model.safetensors", bytes);
            AssertDamaged();
        }

        File.Delete(_folder.File("model.safetensors"));
        AssertDamaged();
    }

    [Fact]
    public void A_damaged_file_is_refused_or_read_but_never_beyond_its_end()
    {
        var random = new Random(5);
        var whole = SafetensorsBytes.Of(("x", [2, 3], [1, 2, 3, 4, 5, 6]));
        for (var i = 0; i < 2000; i++)
        {
            var bytes = whole[..^random.Next(10)];
            for (var k = 0; k < 3; k++)
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            _folder.Write("model.safetensors", bytes);
            var error = Record.Exception(() =>
            {
                using var file = SafetensorsFile.Open(_folder.File("model.safetensors"));
                Assert.Equal(6, file.Read("x", 2, 3).Length);
            });
            if (error is not null)
                Assert.IsType<PgEmbedException>(error);
        }
    }

    private void Write(string header, byte[] data) =>
        _folder.Write("model.safetensors", SafetensorsBytes.Of(header, data));

    private void AssertDamaged()
    {
        var error = Assert.Throws<PgEmbedException>(() => SafetensorsFile.Open(_folder.File("model.safetensors")));
        Assert.Contains("is not a whole safetensors file", error.Message, StringComparison.Ordinal);
    }
}
