using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

public sealed class OnnxSessionOptionsTests
{
    public static TheoryData<OnnxSessionOptions> Valid =>
    [
        new OnnxSessionOptions(),
        new OnnxSessionOptions { IntraOpThreads = 1 },
        new OnnxSessionOptions { IntraOpThreads = 3, IntraOpSpinning = false },
        new OnnxSessionOptions { Parallel = true, InterOpThreads = 2 },
        new OnnxSessionOptions { Optimization = GraphOptimization.None },
        new OnnxSessionOptions { Optimization = GraphOptimization.Basic },
        new OnnxSessionOptions { Optimization = GraphOptimization.Extended },
        new OnnxSessionOptions { MemoryArena = false },
        new OnnxSessionOptions { MemoryPattern = false },
        new OnnxSessionOptions { Configuration = { ["session.disable_prepacking"] = "1" } },
    ];

    [Theory]
    [MemberData(nameof(Valid), DisableDiscoveryEnumeration = true)]
    public void A_model_gives_the_same_result_under_any_options(OnnxSessionOptions options)
    {
        using var session = OnnxSession.Load(TinyOnnx.MatMul([1, 2, 3, 4, 5, 6], 2, 3), options);
        using var x = OnnxTensor.Create<float>(new float[] { 1, 10, 100, 1000 }, [2, 2]);

        using var product = session.Run(["x"], [x], ["product"])[0];

        Assert.Equal([41, 52, 63, 4100, 5200, 6300], product.Values<float>().ToArray());
    }

    [Fact]
    public void A_configuration_entry_reaches_the_library()
    {
        var model = TinyOnnx.Add();
        var options = new OnnxSessionOptions { Configuration = { ["session.load_model_format"] = "ORT" } };

        OnnxSession.Load(model).Dispose();

        Assert.Throws<OnnxRuntimeException>(() => OnnxSession.Load(model, options));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void Thread_counts_out_of_range_are_refused(int threads)
    {
        var intra = new OnnxSessionOptions { IntraOpThreads = threads };
        var inter = new OnnxSessionOptions { InterOpThreads = threads };

        Assert.Contains("IntraOpThreads is", Assert.Throws<PgEmbedException>(intra.Validate).Message);
        Assert.Contains("InterOpThreads is", Assert.Throws<PgEmbedException>(inter.Validate).Message);
        Assert.Throws<PgEmbedException>(() => OnnxSession.Load(TinyOnnx.Add(), intra));
    }

    [Fact]
    public void An_unknown_level_is_refused_with_the_known_ones() =>
        Assert.Contains(
            "None, Basic, Extended, All",
            Assert.Throws<PgEmbedException>(
                new OnnxSessionOptions { Optimization = (GraphOptimization)3 }.Validate).Message);

    [Theory]
    [InlineData("", "1")]
    [InlineData("key", null)]
    [InlineData("key\0more", "1")]
    [InlineData("key", "1\0")]
    public void Broken_configuration_entries_are_refused(string key, string? value) =>
        Assert.Throws<PgEmbedException>(
            new OnnxSessionOptions { Configuration = { [key] = value! } }.Validate);

    [Fact]
    public void Bytes_that_the_session_would_go_on_reading_are_refused()
    {
        var options = new OnnxSessionOptions { Configuration = { ["session.use_ort_model_bytes_directly"] = "1" } };

        Assert.Throws<PgEmbedException>(() => OnnxSession.Load(TinyOnnx.Add(), options));
    }
}
