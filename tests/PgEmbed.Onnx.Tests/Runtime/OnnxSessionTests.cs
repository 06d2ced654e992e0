using FsCheck;
using FsCheck.Fluent;
using Microsoft.Extensions.Logging;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

public sealed class OnnxSessionTests
{
    [Fact]
    public void A_session_describes_what_the_model_takes_and_gives()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());

        Assert.Equal(["a", "b"], session.Inputs.Select(input => input.Name));
        var sum = Assert.Single(session.Outputs);
        Assert.Equal(("sum", OnnxElementType.Float), (sum.Name, sum.ElementType));
        Assert.Equal([-1, 3], sum.Shape);
        Assert.Equal(["batch", null], sum.DimensionNames);
        Assert.Equal("sum: Float[batch × 3]", sum.ToString());
    }

    [Fact]
    public void An_output_that_is_not_a_tensor_is_described_but_not_returned()
    {
        using var session = OnnxSession.Load(TinyOnnx.Sequence());
        using var x = OnnxTensor.Create<float>(new float[] { 1, 2 }, [2]);

        Assert.Equal(OnnxElementType.Undefined, session.Outputs[1].ElementType);
        Assert.Contains(
            "'parts' is not a tensor",
            Assert.Throws<OnnxRuntimeException>(() => session.Run(["x"], [x], ["copy", "parts"])).Message);
        using var copy = session.Run(["x"], [x], ["copy"])[0];
        Assert.Equal([1, 2], copy.Values<float>().ToArray());
    }

    [Fact]
    public void A_file_and_its_bytes_are_the_same_model()
    {
        var folder = Directory.CreateTempSubdirectory("pgembed modèle 模型 ");
        try
        {
            var model = TinyOnnx.Add();
            var path = Path.Combine(folder.FullName, "model.onnx");
            File.WriteAllBytes(path, model);
            using var fromFile = OnnxSession.Load(path);
            using var fromBytes = OnnxSession.Load(model);

            Assert.Equal(
                fromBytes.Inputs.Concat(fromBytes.Outputs).Select(value => value.ToString()),
                fromFile.Inputs.Concat(fromFile.Outputs).Select(value => value.ToString()));
            Assert.Equal(Sum(fromBytes, [1, 2, 3], [4, 5, 6]), Sum(fromFile, [1, 2, 3], [4, 5, 6]));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_product_is_the_one_computed_by_hand() =>
        Prop.ForAll<byte, byte, int>(
            (rowSeed, columnSeed, seed) =>
            {
                var random = new Random(seed);
                var (batch, rows, columns) = (random.Next(1, 10), 1 + (rowSeed % 17), 1 + (columnSeed % 33));
                float[] Values(int count) => [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(-9, 10))];
                var (x, weights) = (Values(batch * rows), Values(rows * columns));
                var expected =
                    from i in Enumerable.Range(0, batch)
                    from j in Enumerable.Range(0, columns)
                    select Enumerable.Range(0, rows).Sum(k => x[(i * rows) + k] * weights[(k * columns) + j]);

                using var session = OnnxSession.Load(TinyOnnx.MatMul(weights, rows, columns));
                using var input = OnnxTensor.Create<float>(x, [batch, rows]);
                using var product = session.Run(["x"], [input], ["product"])[0];

                Assert.Equal([batch, columns], product.Shape.ToArray());
                Assert.Equal(expected, product.Values<float>().ToArray());
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_hundred_inputs_and_outputs_keep_their_order()
    {
        using var session = OnnxSession.Load(TinyOnnx.Wide(100));
        long[] values = [.. Enumerable.Range(0, 100)];
        OnnxTensor[] inputs = [.. values.Select(value => OnnxTensor.Create<long>(new[] { value }, []))];
        string[] inputNames = [.. session.Inputs.Select(input => input.Name)];
        string[] outputNames = [.. session.Outputs.Select(output => output.Name).Reverse()];

        var outputs = session.Run(inputNames, inputs, outputNames);

        Assert.Equal(values.Reverse(), outputs.Select(output => output.Values<long>()[0]));
        foreach (var tensor in inputs.Concat(outputs))
            tensor.Dispose();
    }

    [Fact]
    public void Outputs_are_written_into_the_callers_memory()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        var memory = new float[6];
        using var a = OnnxTensor.Create<float>(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        using var sum = OnnxTensor.Create<float>(memory, [2, 3]);

        session.Run(["a", "b"], [a, a], ["sum"], [sum]);

        Assert.Equal([2, 4, 6, 8, 10, 12], memory);
    }

    [Fact]
    public void Inputs_are_read_anew_in_each_run()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        var memory = new float[] { 1, 2, 3 };
        using var a = OnnxTensor.Create<float>(memory, [1, 3]);
        using var first = session.Run(["a", "b"], [a, a], ["sum"])[0];

        memory[0] = 100;
        using var second = session.Run(["b", "a"], [a, a], ["sum"])[0];

        Assert.Equal([2, 4, 6], first.Values<float>().ToArray());
        Assert.Equal([200, 4, 6], second.Values<float>().ToArray());
    }

    [Fact]
    public void Eight_threads_on_one_session_each_get_their_own_result()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add(), new OnnxSessionOptions { IntraOpThreads = 2 });
        var failures = new List<Exception?>();
        var threads = Enumerable.Range(0, 8).Select(number => new Thread(() =>
        {
            var failure = Record.Exception(() =>
            {
                for (var run = 0; run < 300; run++)
                {
                    // Another batch size in each run, so that the library's memory patterns are contended too.
                    var length = 3 * (1 + ((number + run) % 11));
                    float[] a = [.. Enumerable.Range(0, length).Select(i => (float)(i + (1000 * number)))];
                    float[] b = [.. Enumerable.Range(0, length).Select(i => (float)run)];
                    Assert.Equal(a.Zip(b, (x, y) => x + y), Sum(session, a, b));
                }
            });
            lock (failures)
                failures.Add(failure);
        })).ToList();

        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(8, failures.Count);
        Assert.All(failures, Assert.Null);
    }

    [Fact]
    public void Names_that_the_model_does_not_have_are_refused_with_those_it_has()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        using var x = OnnxTensor.Create<float>(new float[3], [1, 3]);

        var input = Assert.Throws<OnnxRuntimeException>(() => session.Run(["a", "A"], [x, x], ["sum"]));
        var output = Assert.Throws<OnnxRuntimeException>(() => session.Run(["a", "b"], [x, x], ["total"]));

        Assert.Equal(OnnxErrorCode.InvalidArgument, input.Code);
        Assert.Contains("no input 'A'. Its inputs are: a: Float[batch × 3], b: Float[batch × 3].", input.Message);
        Assert.Contains("no output 'total'. Its outputs are: sum: Float[batch × 3].", output.Message);
    }

    [Fact]
    public void A_missing_input_is_named()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        using var x = OnnxTensor.Create<float>(new float[3], [1, 3]);

        Assert.Contains(
            "Missing Input: b", Assert.Throws<OnnxRuntimeException>(() => session.Run(["a"], [x], ["sum"])).Message);
    }

    [Fact]
    public void Elements_of_another_type_are_refused_in_inputs_and_outputs()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        using var right = OnnxTensor.Create<float>(new float[3], [1, 3]);
        using var wrong = OnnxTensor.Create<byte>(new byte[3], [1, 3]);

        var input = Assert.Throws<OnnxRuntimeException>(() => session.Run(["a", "b"], [right, wrong], ["sum"]));
        var output = Assert.Throws<OnnxRuntimeException>(
            () => session.Run(["a", "b"], [right, right], ["sum"], [wrong]));

        Assert.Contains("the tensor for the input b: Float[batch × 3] has elements of type UInt8", input.Message);
        Assert.Contains("the tensor for the output sum: Float[batch × 3] has elements of type UInt8", output.Message);
    }

    [Fact]
    public void A_shape_that_the_model_does_not_take_is_refused_with_the_librarys_words()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        using var a = OnnxTensor.Create<float>(new float[6], [2, 3]);
        using var b = OnnxTensor.Create<float>(new float[6], [3, 2]);

        var refused = Assert.Throws<OnnxRuntimeException>(() => session.Run(["a", "b"], [a, b], ["sum"]));

        Assert.Equal(OnnxErrorCode.InvalidArgument, refused.Code);
        Assert.Contains("invalid dimensions for input: b", refused.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void An_output_of_another_shape_is_refused_and_nothing_is_written(int rows)
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        var memory = new float[rows * 3];
        using var a = OnnxTensor.Create<float>(new float[] { 1, 2, 3, 4, 5, 6 }, [2, 3]);
        using var sum = OnnxTensor.Create<float>(memory, [rows, 3]);

        Assert.Throws<OnnxRuntimeException>(() => session.Run(["a", "b"], [a, a], ["sum"], [sum]));

        Assert.All(memory, value => Assert.Equal(0, value));
    }

    [Fact]
    public void As_many_tensors_as_names_are_needed_and_some_output()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        using var x = OnnxTensor.Create<float>(new float[3], [1, 3]);

        Assert.Throws<ArgumentException>(() => session.Run(["a", "b"], [x], ["sum"]));
        Assert.Throws<ArgumentException>(() => session.Run(["a", "b"], [x, x], ["sum"], []));
        Assert.Throws<ArgumentNullException>(() => session.Run(["a", "b"], [x, null!], ["sum"]));
        Assert.Throws<OnnxRuntimeException>(() => session.Run(["a", "b"], [x, x], []));
    }

    [Fact]
    public void A_file_that_is_not_a_model_is_refused_with_its_path_and_the_librarys_words()
    {
        var folder = Directory.CreateTempSubdirectory("pgembed-model-").FullName;
        try
        {
            string Written(string name, byte[] content)
            {
                var path = Path.Combine(folder, name);
                File.WriteAllBytes(path, content);
                return path;
            }

            var model = TinyOnnx.MatMul(new float[100], 10, 10);
            AssertRefused(Path.Combine(folder, "missing.onnx"), OnnxErrorCode.NoSuchFile);
            AssertRefused(folder);
            AssertRefused(Written("empty.onnx", []));
            AssertRefused(Written("cut.onnx", model[..^100]), OnnxErrorCode.InvalidProtobuf);
            AssertRefused(Written("text.onnx", "version https"u8.ToArray()), OnnxErrorCode.InvalidProtobuf);
            AssertRefused(Written("noise.onnx", [.. model.Select(b => (byte)~b)]), OnnxErrorCode.InvalidProtobuf);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Bytes_that_are_not_a_model_are_refused()
    {
        var model = TinyOnnx.Add();

        Assert.Throws<OnnxRuntimeException>(() => OnnxSession.Load(ReadOnlySpan<byte>.Empty));
        Assert.Contains(
            "50 bytes", Assert.Throws<OnnxRuntimeException>(() => OnnxSession.Load(model.AsSpan(0, 50))).Message);
    }

    [Fact]
    public void A_path_that_cannot_be_one_is_refused()
    {
        Assert.Throws<ArgumentException>(() => OnnxSession.Load(""));
        Assert.Throws<ArgumentException>(() => OnnxSession.Load("model\0.onnx"));
    }

    [Fact]
    public void A_disposed_session_and_disposed_tensors_are_refused()
    {
        using var open = OnnxSession.Load(TinyOnnx.Add());
        using var x = OnnxTensor.Create<float>(new float[3], [1, 3]);
        var gone = OnnxTensor.Create<float>(new float[3], [1, 3]);
        var closed = OnnxSession.Load(TinyOnnx.Add());
        gone.Dispose();
        closed.Dispose();
        closed.Dispose();

        Assert.Throws<ObjectDisposedException>(() => closed.Run(["a", "b"], [x, x], ["sum"]));
        Assert.Throws<ObjectDisposedException>(() => open.Run(["a", "b"], [x, gone], ["sum"]));
        Assert.Throws<ObjectDisposedException>(() => open.Run(["a", "b"], [x, x], ["sum"], [gone]));
        Assert.Equal([2, 4, 6], Sum(open, [1, 2, 3], [1, 2, 3]));
    }

    [Fact]
    public void The_librarys_warnings_go_to_the_logger()
    {
        var name = $"unused_{Guid.NewGuid():N}";
        var before = OnnxRuntimeLibrary.Logger;
        var logger = new KeptLog();
        OnnxRuntimeLibrary.Logger = logger;
        try
        {
            OnnxSession.Load(TinyOnnx.Unused(name)).Dispose();
        }
        finally
        {
            OnnxRuntimeLibrary.Logger = before;
        }

        Assert.Contains(logger.Entries, entry => entry.Level == LogLevel.Warning && entry.Text.Contains(name));
    }

    [Fact]
    public void A_logger_that_throws_does_no_harm()
    {
        var before = OnnxRuntimeLibrary.Logger;
        OnnxRuntimeLibrary.Logger = new KeptLog { Broken = true };
        try
        {
            OnnxSession.Load(TinyOnnx.Unused("unused")).Dispose();
        }
        finally
        {
            OnnxRuntimeLibrary.Logger = before;
        }
    }

    private static float[] Sum(OnnxSession session, float[] a, float[] b)
    {
        using var left = OnnxTensor.Create<float>(a, [a.Length / 3, 3]);
        using var right = OnnxTensor.Create<float>(b, [b.Length / 3, 3]);
        using var sum = session.Run(["a", "b"], [left, right], ["sum"])[0];
        return sum.Values<float>().ToArray();
    }

    private static void AssertRefused(string path, OnnxErrorCode? code = null)
    {
        var refused = Assert.Throws<OnnxRuntimeException>(() => OnnxSession.Load(path));
        var opening = $"The ONNX model '{path}' cannot be loaded: ";
        Assert.StartsWith(opening, refused.Message);
        Assert.True(refused.Message.Length > opening.Length);
        Assert.Equal(code ?? refused.Code, refused.Code);
        Assert.NotEqual(OnnxErrorCode.Ok, refused.Code);
    }

    private sealed class KeptLog : ILogger
    {
        private readonly List<(LogLevel Level, string Text)> _entries = [];

        public bool Broken { get; init; }

        public IReadOnlyList<(LogLevel Level, string Text)> Entries
        {
            get
            {
                lock (_entries)
                    return [.. _entries];
            }
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel level, EventId id, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (Broken)
                throw new InvalidOperationException("A broken logger.");
            lock (_entries)
                _entries.Add((level, formatter(state, exception)));
        }
    }
}
