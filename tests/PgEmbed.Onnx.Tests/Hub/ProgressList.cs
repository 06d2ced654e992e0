using System.Collections.Concurrent;
using PgEmbed.Onnx.Hub;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>Keeps what is reported, and acts on it at once.</summary>
internal sealed class ProgressList(Action<PullProgress>? act = null) : IProgress<PullProgress>
{
    public ConcurrentQueue<PullProgress> Reports { get; } = [];

    public void Report(PullProgress value)
    {
        Reports.Enqueue(value);
        act?.Invoke(value);
    }
}
