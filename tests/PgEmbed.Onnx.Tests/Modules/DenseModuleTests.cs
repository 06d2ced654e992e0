using PgEmbed.Onnx.Modules;

namespace PgEmbed.Onnx.Tests.Modules;

public sealed class DenseModuleTests : IDisposable
{
    private const string Config = """
        { "in_features": 3, "out_features": 2, "bias": true, "activation_function": "torch.nn.modules.activation.Tanh" }
        """;

    private static readonly float[] Weight = [0.5f, -1, 2, 1, 0, -0.25f];
    private static readonly float[] Bias = [0.1f, -0.2f];

    private readonly TemporaryFolder _folder = new();

    public DenseModuleTests()
    {
        _folder.Write("config.json", Config);
        _folder.Write(
            "model.safetensors", SafetensorsBytes.Of(("linear.weight", [2, 3], Weight), ("linear.bias", [2], Bias)));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("torch.nn.modules.activation.Tanh", 0.537049567, -0.173235158)]
    [InlineData("torch.nn.modules.linear.Identity", 0.6, -0.175)]
    [InlineData("torch.nn.modules.activation.ReLU", 0.6, 0)]
    [InlineData("torch.nn.modules.activation.GELU", 0.435448129, -0.075344468)]
    public void A_layer_is_the_activation_of_weight_times_vector_plus_bias(
        string activation, double first, double second)
    {
        _folder.Write("config.json", Config.Replace("torch.nn.modules.activation.Tanh", activation));
        var output = new float[2];
        DenseModule.Read(_folder.Path, 3).Apply([0.2f, 1, 0.7f], output);
        Assert.Equal(first, output[0], 1e-6);
        Assert.Equal(second, output[1], 1e-6);
    }

    [Fact]
    public void Without_bias_there_is_none_and_without_activation_it_is_tanh()
    {
        _folder.Write("config.json", """{ "in_features": 3, "out_features": 2, "bias": false }""");
        var output = new float[2];
        DenseModule.Read(_folder.Path, 3).Apply([0.2f, 1, 0.7f], output);
        Assert.Equal(Math.Tanh(0.5), output[0], 1e-6);
        Assert.Equal(Math.Tanh(0.025), output[1], 1e-6);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.5, 0.5204998778130465)]
    [InlineData(-1, -0.8427007929497149)]
    [InlineData(2, 0.9953222650189527)]
    [InlineData(3.5, 0.9999992569016276)]
    [InlineData(5.9, 1)]
    [InlineData(-100, -1)]
    [InlineData(1e-300, 1.1283791670955126e-300)]
    public void The_error_function_is_exact(double x, double expected) =>
        Assert.Equal(expected, DenseModule.ErrorFunction(x), Math.Abs(expected) * 1e-14);

    [Theory]
    [InlineData("\"in_features\": 3", "\"in_features\": 4", "to be 3, as the module before it makes, got 4")]
    [InlineData("\"out_features\": 2", "\"out_features\": 0", "to be 1 to 16000, got 0")]
    [InlineData("\"out_features\": 2", "\"out_features\": 5", "to have the shape 5 × 3, got 2 × 3")]
    [InlineData("activation.Tanh", "activation.SiLU", "SiLU' is not supported, only torch.nn's Identity, Tanh")]
    [InlineData("torch.nn.modules.activation.Tanh", "my.Tanh", "the activation 'my.Tanh' is not supported")]
    [InlineData("torch.nn.modules.activation.Tanh", "torch.nn.2", "the activation 'torch.nn.2' is not supported")]
    [InlineData("\"bias\"", "\"use_residual\": true, \"bias\"", "'use_residual' is not supported")]
    [InlineData("\"bias\"", "\"module_input_name\": \"token_embeddings\", \"bias\"", "'token_embeddings', only")]
    [InlineData("\"bias\"", "\"scale\": 2, \"bias\"", "'scale' is unknown here")]
    public void What_is_not_supported_or_does_not_fit_is_refused_by_name(string old, string replacement, string message)
    {
        _folder.Write("config.json", Config.Replace(old, replacement));
        AssertFails(message);
    }

    [Fact]
    public void Missing_weights_are_named_and_a_pickle_is_never_read()
    {
        File.Delete(_folder.File("model.safetensors"));
        AssertFails("has no model.safetensors with the weights of the module Dense.");
        _folder.Write("pytorch_model.bin", [1, 2, 3]);
        AssertFails("only pytorch_model.bin: that is a program that loading would run");
    }

    [Fact]
    public void A_missing_configuration_is_named()
    {
        File.Delete(_folder.File("config.json"));
        AssertFails("which describes the module Dense");
    }

    private void AssertFails(string message)
    {
        var error = Assert.Throws<PgEmbedException>(() => DenseModule.Read(_folder.Path, 3));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
