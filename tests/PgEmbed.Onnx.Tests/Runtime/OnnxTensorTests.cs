using System.Runtime.CompilerServices;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Tests.Runtime;

public sealed class OnnxTensorTests
{
    [Fact]
    public void Every_element_type_goes_through_a_model_unchanged()
    {
        GoesThrough(OnnxElementType.Float, 1.5f, float.NaN, float.NegativeInfinity);
        GoesThrough(OnnxElementType.Double, 1.5, double.Epsilon, double.MaxValue);
        GoesThrough(OnnxElementType.Float16, (Half)1.5f, Half.MinValue, Half.NaN);
        GoesThrough(OnnxElementType.Int8, sbyte.MinValue, (sbyte)0, sbyte.MaxValue);
        GoesThrough(OnnxElementType.UInt8, byte.MinValue, (byte)1, byte.MaxValue);
        GoesThrough(OnnxElementType.Int16, short.MinValue, (short)0, short.MaxValue);
        GoesThrough(OnnxElementType.UInt16, ushort.MinValue, (ushort)1, ushort.MaxValue);
        GoesThrough(OnnxElementType.Int32, int.MinValue, 0, int.MaxValue);
        GoesThrough(OnnxElementType.UInt32, uint.MinValue, 1u, uint.MaxValue);
        GoesThrough(OnnxElementType.Int64, long.MinValue, 0, long.MaxValue);
        GoesThrough(OnnxElementType.UInt64, ulong.MinValue, 1ul, ulong.MaxValue);
        GoesThrough(OnnxElementType.Bool, true, false, true);
    }

    [Fact]
    public void A_single_value_has_an_empty_shape()
    {
        using var session = OnnxSession.Load(TinyOnnx.Identity(OnnxElementType.Float));
        using var x = OnnxTensor.Create<float>(new float[] { 7 }, []);

        using var y = session.Run(["x"], [x], ["y"])[0];

        Assert.Equal(0, y.Shape.Length);
        Assert.Equal(1, y.Count);
        Assert.Equal(7, y.Values<float>()[0]);
    }

    [Fact]
    public void No_rows_give_no_rows()
    {
        using var session = OnnxSession.Load(TinyOnnx.Add());
        using var none = OnnxTensor.Create(Memory<float>.Empty, [0, 3]);

        using var sum = session.Run(["a", "b"], [none, none], ["sum"])[0];

        Assert.Equal([0, 3], sum.Shape.ToArray());
        Assert.Equal(0, sum.Values<float>().Length);
        Assert.Equal(0, none.Values<float>().Length);
    }

    [Fact]
    public void A_tensor_over_part_of_an_array_reads_that_part()
    {
        using var session = OnnxSession.Load(TinyOnnx.Identity(OnnxElementType.Int64, 2));
        var array = new long[] { 1, 2, 3, 4, 5 };
        using var x = OnnxTensor.Create(array.AsMemory(2, 2), [2]);

        using var y = session.Run(["x"], [x], ["y"])[0];

        Assert.Equal([3, 4], y.Values<long>().ToArray());
    }

    [Theory]
    [InlineData(new long[] { 2, 2 }, "[2 × 2] has 4 elements; the memory has 6")]
    [InlineData(new long[] { }, "[] has 1 elements; the memory has 6")]
    [InlineData(new long[] { -2, -3 }, "no tensor of shape [-2 × -3]")]
    [InlineData(new long[] { 1L << 62, 1L << 62, 1L << 62 }, "no tensor of shape")]
    [InlineData(new long[] { 6, 1L << 32, 1L << 32 }, "no tensor of shape")]
    public void A_shape_that_the_memory_does_not_fill_is_refused(long[] shape, string reason) =>
        Assert.Contains(
            reason, Assert.Throws<ArgumentException>(() => OnnxTensor.Create<float>(new float[6], shape)).Message);

    [Fact]
    public void Elements_that_ONNX_does_not_have_are_refused() =>
        Assert.Contains(
            "Decimal", Assert.Throws<ArgumentException>(() => OnnxTensor.Create<decimal>(new decimal[1], [1])).Message);

    [Fact]
    public void Elements_are_read_as_what_they_are_or_not_at_all()
    {
        using var tensor = OnnxTensor.Create<float>(new float[2], [2]);

        Assert.Contains(
            "elements of type Float, which cannot be read as Int32",
            Assert.Throws<OnnxRuntimeException>(() => tensor.Values<int>().Length).Message);
        Assert.Throws<OnnxRuntimeException>(() => tensor.Values<decimal>().Length);
    }

    [Fact]
    public void Memory_is_held_until_the_tensor_is_disposed()
    {
        var (tensor, memory) = OverForgottenMemory();
        Assert.True(IsHeld(memory));

        tensor.Dispose();
        tensor.Dispose();

        Assert.False(IsHeld(memory));
        Assert.Throws<ObjectDisposedException>(() => tensor.Values<float>().Length);
    }

    [Fact]
    public void Memory_of_a_tensor_that_is_disposed_during_a_run_is_held_until_its_end()
    {
        using var session = OnnxSession.Load(TinyOnnx.Loop());
        using var options = new OnnxRunOptions();
        var (x, memory) = OverForgottenMemory();
        using var run = new EndlessRun(session, x, options);

        x.Dispose();

        Assert.True(IsHeld(memory));
        options.Terminate();
        Assert.IsType<OnnxRuntimeException>(run.Failure());
        Assert.False(IsHeld(memory));
    }

    /// <summary>A tensor over memory that nothing else refers to.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static (OnnxTensor Tensor, WeakReference Memory) OverForgottenMemory()
    {
        var memory = new float[1];
        return (OnnxTensor.Create<float>(memory, []), new WeakReference(memory));
    }

    private static bool IsHeld(WeakReference memory)
    {
        GC.Collect();
        return memory.IsAlive;
    }

    private static void GoesThrough<T>(OnnxElementType type, params T[] values)
        where T : unmanaged
    {
        using var session = OnnxSession.Load(TinyOnnx.Identity(type, TinyOnnx.Batch));
        using var x = OnnxTensor.Create<T>(values, [values.Length]);

        using var y = session.Run(["x"], [x], ["y"])[0];

        Assert.Equal(type, x.ElementType);
        Assert.Equal(type, y.ElementType);
        Assert.Equal([values.Length], y.Shape.ToArray());
        Assert.Equal(values, x.Values<T>().ToArray());
        Assert.Equal(values, y.Values<T>().ToArray());
    }
}
