using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

/// <summary>
/// Setters whose effect no result shows: a slot counted wrongly would be another function, with another message.
/// </summary>
public sealed class OrtApiTests
{
    [Fact]
    public void The_optimization_level_goes_to_the_function_that_knows_levels() =>
        Assert.Contains(
            "graph_optimization_level is not valid",
            Refused(new OnnxSessionOptions { Optimization = (GraphOptimization)12345 }));

    [Fact]
    public void A_configuration_entry_goes_to_the_function_that_knows_keys()
    {
        var options = new OnnxSessionOptions { Configuration = { [new string('k', 5000)] = "1" } };

        Assert.Contains("Config key", Refused(options));
    }

    private static string Refused(OnnxSessionOptions options) =>
        Assert.Throws<OnnxRuntimeException>(() => options.Create(OnnxRuntimeLibrary.Library.Api)).Message;
}
