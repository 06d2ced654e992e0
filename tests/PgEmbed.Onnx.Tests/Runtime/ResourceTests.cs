using System.Diagnostics;
using System.Runtime.InteropServices;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

/// <summary>Counts what the whole process holds, so nothing else may run beside it.</summary>
[CollectionDefinition(nameof(ResourceTests), DisableParallelization = true)]
[Collection(nameof(ResourceTests))]
public sealed class ResourceTests
{
    private const int Runs = 10_000;

    private static readonly bool CountsExactly =
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library)
        && NativeLibrary.TryGetExport(library, "mallinfo2", out _);

    [Fact]
    public void Ten_thousand_runs_leak_nothing()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add(), new OnnxSessionOptions { IntraOpThreads = 1 });
        using var source = new CancellationTokenSource();
        var (a, b, c) = (new float[300], new float[300], new float[300]);

        AssertNothingLeaks(Runs, () =>
        {
            using var left = OnnxTensor.Create<float>(a, [100, 3]);
            using var right = OnnxTensor.Create<float>(b, [100, 3]);
            using var own = OnnxTensor.Create<float>(c, [100, 3]);
            using var options = new OnnxRunOptions { Tag = "tag" };
            session.Run(["a", "b"], [left, right], ["sum"], options)[0].Dispose();
            session.Run(["a", "b"], [left, right], ["sum"], [own], ct: source.Token);
        });
    }

    [Fact]
    public void Ten_thousand_failing_runs_leak_nothing()
    {
        using var session = OnnxSession.Load(TinyOnnx.Sequence(), new OnnxSessionOptions { IntraOpThreads = 1 });
        using var right = OnnxTensor.Create<float>(new float[2], [2]);
        using var wrong = OnnxTensor.Create<float>(new float[3], [3]);

        AssertNothingLeaks(Runs, () =>
        {
            Assert.Throws<OnnxRuntimeException>(() => session.Run(["x"], [wrong], ["copy"]));
            Assert.Throws<OnnxRuntimeException>(() => session.Run(["x"], [right], ["copy", "parts", "copy"]));
        });
    }

    [Fact]
    public void Sessions_that_are_loaded_and_disposed_leak_nothing()
    {
        var (model, broken) = (TinyOnnx.Wide(100), TinyOnnx.Add()[..^10]);

        AssertNothingLeaks(60, () =>
        {
            OnnxSession.Load(model, new OnnxSessionOptions { IntraOpThreads = 2 }).Dispose();
            Assert.Throws<OnnxRuntimeException>(() => OnnxSession.Load(broken));
        });
    }

    [Fact]
    public void A_run_into_the_callers_memory_allocates_nothing()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        using var options = new OnnxRunOptions();
        using var x = OnnxTensor.Create<float>(new float[3], [1, 3]);
        using var sum = OnnxTensor.Create<float>(new float[3], [1, 3]);
        string[] inputNames = ["a", "b"], outputNames = ["sum"];
        OnnxTensor[] inputs = [x, x], outputs = [sum];
        session.Run(inputNames, inputs, outputNames, outputs, options);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            session.Run(inputNames, inputs, outputNames, outputs, options);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Tensors_that_nobody_disposes_are_released_by_the_garbage_collector()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add(), new OnnxSessionOptions { IntraOpThreads = 1 });

        AssertNothingLeaks(
            Runs, () => session.Run(["a", "b"], [Forgotten(), Forgotten()], ["sum"]));

        static OnnxTensor Forgotten() => OnnxTensor.Create<float>(new float[300], [100, 3]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void As_many_threads_are_started_as_were_asked_for(bool parallel)
    {
        var model = TinyOnnx.Add();
        OnnxSession.Load(model).Dispose();
        var before = Threads();

        using var session = OnnxSession.Load(
            model,
            new OnnxSessionOptions
            {
                Parallel = parallel,
                IntraOpThreads = parallel ? 1 : 100,
                InterOpThreads = parallel ? 100 : null,
            });

        // The calling thread is one of them; the process has threads of its own that come and go.
        Assert.InRange(Threads() - before, 80, 120);
    }

    private static int Threads()
    {
        using var process = Process.GetCurrentProcess();
        return process.Threads.Count;
    }

    /// <summary>
    /// A leak grows in every round, while the library's arena and the runtime's own structures grow once and stay.
    /// </summary>
    private static void AssertNothingLeaks(int times, Action action)
    {
        const int Rounds = 4;
        var growth = new List<long>();
        for (var i = 0; i < times / 10; i++)
            action();
        do
        {
            var before = NativeMemory();
            for (var i = 0; i < times; i++)
                action();
            growth.Add(NativeMemory() - before);
        }
        while (growth[^1] > Allowed(times) && growth.Count < Rounds);

        Assert.True(
            growth[^1] <= Allowed(times), $"After {times} turns each: {string.Join(", ", growth)} bytes more.");
    }

    // Exactly counted, some 64 bytes leaked in each of 10,000 turns show; by the resident set, a few thousand.
    private static long Allowed(int times) => CountsExactly ? (64L * times) + (256 << 10) : 64 << 20;

    /// <summary>What native code has allocated, exactly where the C library counts, else the resident set.</summary>
    private static long NativeMemory()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        if (CountsExactly)
        {
            var info = MallInfo();
            return (long)(info.InUse + info.Mapped);
        }

        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    [DllImport("libc.so.6", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern MallInfo2 MallInfo();

    /// <summary>The C library's struct of ten sizes.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct MallInfo2
    {
        private readonly nuint _arena, _freeChunks, _fastChunks, _mappedRegions;
        public readonly nuint Mapped;
        private readonly nuint _unused, _fastFree;
        public readonly nuint InUse;
        private readonly nuint _free, _top;
    }
}
