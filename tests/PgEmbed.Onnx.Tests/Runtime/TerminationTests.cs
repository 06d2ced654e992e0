using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

public sealed class TerminationTests : IDisposable
{
    private readonly OnnxSession _session = OnnxSession.Load(TinyOnnx.Loop());
    private readonly OnnxTensor _x = OnnxTensor.Create<float>(new float[] { 1 }, []);
    private readonly OnnxTensor _threeTrips = OnnxTensor.Create<long>(new long[] { 3 }, []);

    public void Dispose()
    {
        _threeTrips.Dispose();
        _x.Dispose();
        _session.Dispose();
    }

    [Fact]
    public void A_run_is_ended_by_its_options()
    {
        using var options = new OnnxRunOptions();
        using var run = new EndlessRun(_session, _x, options);

        options.Terminate();

        var failure = Assert.IsType<OnnxRuntimeException>(run.Failure());
        Assert.Equal(OnnxErrorCode.Fail, failure.Code);
        Assert.Contains("terminate flag", failure.Message);
    }

    [Fact]
    public void Terminated_options_end_every_run_until_they_are_reset()
    {
        using var options = new OnnxRunOptions();
        options.Terminate();
        Assert.Throws<OnnxRuntimeException>(() => ThreeTrips(options));

        options.Reset();

        Assert.Equal(5, ThreeTrips(options));
    }

    [Fact]
    public void A_run_is_ended_by_its_token()
    {
        using var source = new CancellationTokenSource();
        using var run = new EndlessRun(_session, _x, ct: source.Token);

        source.Cancel();

        var cancelled = Assert.IsAssignableFrom<OperationCanceledException>(run.Failure());
        Assert.Equal(source.Token, cancelled.CancellationToken);
    }

    [Fact]
    public void Options_are_as_good_as_new_after_a_token_ended_their_run()
    {
        using var source = new CancellationTokenSource();
        using var options = new OnnxRunOptions { Tag = "cancelled" };
        using var run = new EndlessRun(_session, _x, options, source.Token);

        source.Cancel();

        Assert.IsAssignableFrom<OperationCanceledException>(run.Failure());
        Assert.Equal(5, ThreeTrips(options));
    }

    [Fact]
    public void A_run_terminated_by_its_options_is_not_called_cancelled()
    {
        using var source = new CancellationTokenSource();
        using var options = new OnnxRunOptions();
        using var run = new EndlessRun(_session, _x, options, source.Token);

        options.Terminate();

        Assert.IsType<OnnxRuntimeException>(run.Failure());
    }

    [Fact]
    public void A_token_ends_its_own_run_alone()
    {
        using var source = new CancellationTokenSource();
        using var options = new OnnxRunOptions();
        using var other = new EndlessRun(_session, _x, options);
        using var run = new EndlessRun(_session, _x, ct: source.Token);

        source.Cancel();

        Assert.IsAssignableFrom<OperationCanceledException>(run.Failure());
        Assert.False(other.IsOver);
        options.Terminate();
        Assert.IsType<OnnxRuntimeException>(other.Failure());
    }

    [Fact]
    public void A_cancelled_token_stops_a_run_before_it_starts()
    {
        using var x = OnnxTensor.Create<float>(new float[1], []);

        Assert.ThrowsAny<OperationCanceledException>(
            () => _session.Run(["no such input"], [x], ["y"], ct: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void A_token_cancelled_after_the_run_changes_nothing()
    {
        using var source = new CancellationTokenSource();
        using var options = new OnnxRunOptions();
        Assert.Equal(5, ThreeTrips(options, source.Token));

        source.Cancel();

        Assert.Equal(5, ThreeTrips(options));
    }

    [Fact]
    public void A_session_and_options_disposed_during_a_run_are_released_at_its_end()
    {
        using var source = new CancellationTokenSource();
        var session = OnnxSession.Load(TinyOnnx.Loop());
        var options = new OnnxRunOptions();
        using var run = new EndlessRun(session, _x, options, source.Token);

        session.Dispose();
        options.Dispose();

        Assert.False(run.IsOver);
        Assert.Throws<ObjectDisposedException>(
            () => session.Run(["trips", "x"], [_threeTrips, _x], ["y"]));
        Assert.Throws<ObjectDisposedException>(options.Terminate);
        source.Cancel();
        Assert.IsAssignableFrom<OperationCanceledException>(run.Failure());
    }

    [Fact]
    public void Disposed_options_are_refused()
    {
        var options = new OnnxRunOptions();
        options.Dispose();
        options.Dispose();

        Assert.Throws<ObjectDisposedException>(() => ThreeTrips(options));
        Assert.Throws<ObjectDisposedException>(options.Terminate);
        Assert.Throws<ObjectDisposedException>(options.Reset);
        Assert.Throws<ObjectDisposedException>(() => options.Tag = "tag");
        Assert.Throws<ObjectDisposedException>(() => options.AddConfiguration("key", "1"));
    }

    [Fact]
    public void Run_options_keep_their_tag_and_take_configuration_entries()
    {
        using var options = new OnnxRunOptions { Tag = "étude" };
        options.AddConfiguration("memory.enable_memory_arena_shrinkage", "cpu:0");

        Assert.Equal("étude", options.Tag);
        Assert.Equal(5, ThreeTrips(options));
        Assert.Throws<ArgumentException>(() => options.Tag = "a\0b");
        Assert.Throws<ArgumentException>(() => options.AddConfiguration("", "1"));
    }

    [Fact]
    public void A_run_configuration_entry_reaches_the_library()
    {
        using var options = new OnnxRunOptions();
        options.AddConfiguration("memory.enable_memory_arena_shrinkage", "no such device");

        Assert.Throws<OnnxRuntimeException>(() => ThreeTrips(options));
    }

    private float ThreeTrips(OnnxRunOptions options, CancellationToken ct = default)
    {
        using var y = _session.Run(["trips", "x"], [_threeTrips, _x], ["y"], options, ct)[0];
        return y.Values<float>()[0];
    }
}
