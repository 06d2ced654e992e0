using PgEmbed.Onnx.Embedding;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Embedding;

public class PoolerTests
{
    [Theory]
    [InlineData(1, 3)]
    [InlineData(7, 256)]
    [InlineData(128, 384)]
    public void The_mean_is_the_plain_mean(int tokens, int dimensions)
    {
        var random = new Random(tokens);
        var values = Enumerable.Range(0, tokens * dimensions).Select(_ => (random.NextSingle() * 2) - 1).ToArray();
        var vector = new float[dimensions];
        Pooler.Pool(values, PoolingMode.Mean, vector);
        for (var d = 0; d < dimensions; d++)
        {
            var mean = Enumerable.Range(0, tokens).Average(t => (double)values[(t * dimensions) + d]);
            Assert.Equal(mean, vector[d], 1e-5);
        }
    }

    [Fact]
    public void Cls_is_the_first_token()
    {
        var vector = new float[2];
        Pooler.Pool([1, 2, 3, 4, 5, 6], PoolingMode.Cls, vector);
        Assert.Equal([1, 2], vector);
    }

    [Fact]
    public void Normalizing_brings_a_vector_to_length_1_and_leaves_zero()
    {
        float[] vector = [3, -4];
        Pooler.Normalize(vector);
        Assert.Equal([0.6f, -0.8f], vector);
        float[] zero = [0, 0];
        Pooler.Normalize(zero);
        Assert.Equal([0, 0], zero);
    }
}
