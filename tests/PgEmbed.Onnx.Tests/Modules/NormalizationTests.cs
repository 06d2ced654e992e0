using PgEmbed.Onnx.Modules;

namespace PgEmbed.Onnx.Tests.Modules;

public class NormalizationTests
{
    [Fact]
    public void Normalizing_brings_a_vector_to_length_1_and_leaves_zero()
    {
        float[] vector = [3, -4];
        Normalization.Normalize(vector);
        Assert.Equal([0.6f, -0.8f], vector);
        float[] zero = [0, 0];
        Normalization.Normalize(zero);
        Assert.Equal([0, 0], zero);
    }
}
