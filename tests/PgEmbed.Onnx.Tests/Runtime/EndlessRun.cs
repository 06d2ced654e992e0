using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

/// <summary>
/// A run of <see cref="TinyOnnx.Loop"/> that goes on until it is ended, on a thread of its own. It is under way when
/// the constructor returns: the model's first operator writes into memory that is watched here.
/// </summary>
internal sealed class EndlessRun : IDisposable
{
    private readonly float[] _started = new float[1];
    private readonly OnnxTensor[] _tensors;
    private readonly Task<Exception?> _run;

    public EndlessRun(
        OnnxSession session, OnnxTensor x, OnnxRunOptions? options = null, CancellationToken ct = default)
    {
        // Minutes, not for ever: a test that fails must end.
        var trips = OnnxTensor.Create<long>(new[] { 100_000_000L }, []);
        var started = OnnxTensor.Create<float>(_started, []);
        var y = OnnxTensor.Create<float>(new float[1], []);
        _tensors = [trips, started, y];
        _run = Task.Factory.StartNew<Exception?>(
            () => Record.Exception(
                () => session.Run(["trips", "x"], [trips, x], ["started", "y"], [started, y], options, ct)),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        SpinWait.SpinUntil(() => Volatile.Read(ref _started[0]) != 0 || _run.IsCompleted);
        Assert.False(_run.IsCompleted, "The run ended before anything was done to end it.");
    }

    public bool IsOver => _run.IsCompleted;

    /// <summary>Waits for the run's end and returns how it ended.</summary>
    public Exception? Failure() => _run.GetAwaiter().GetResult();

    public void Dispose()
    {
        _run.Wait();
        foreach (var tensor in _tensors)
            tensor.Dispose();
    }
}
