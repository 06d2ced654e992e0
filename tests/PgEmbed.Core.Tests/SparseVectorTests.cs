using System.Globalization;
using FsCheck;
using FsCheck.Fluent;

namespace PgEmbed.Core.Tests;

public sealed class SparseVectorTests
{
    private static Arbitrary<float[]> Dense => Arb.From(
        from length in Gen.Choose(1, 50)
        from values in Gen.OneOf(
            Gen.Constant(0f), Gen.Constant(-0f), Gen.Choose(-9, 9).Select(value => value / 4f)).ArrayOf(length)
        select values);

    [Fact]
    public void A_full_vector_comes_back_from_its_sparse_form() =>
        Prop.ForAll(Dense, values => SparseVector.FromDense(values).ToDense().SequenceEqual(values))
            .QuickCheckThrowOnFailure();

    [Fact]
    public void Only_values_that_are_not_zero_are_held_in_ascending_order() =>
        Prop.ForAll(Dense, values =>
        {
            var vector = SparseVector.FromDense(values);
            var expected = Enumerable.Range(0, values.Length).Where(i => values[i] != 0).ToArray();
            return vector.Dimensions == values.Length
                && vector.NonZero == expected.Length
                && vector.Indices.Span.SequenceEqual(expected)
                && vector.Values.ToArray().SequenceEqual(expected.Select(i => values[i]));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_order_in_which_positions_are_given_does_not_matter() =>
        Prop.ForAll(Dense, Gen.Choose(0, int.MaxValue).ToArbitrary(), (values, seed) =>
        {
            var order = Enumerable.Range(0, values.Length).ToArray();
            new Random(seed).Shuffle(order);
            var shuffled = new SparseVector(values.Length, order, order.Select(i => values[i]).ToArray());
            var inOrder = SparseVector.FromDense(values);
            return shuffled.Equals(inOrder)
                && shuffled.GetHashCode() == inOrder.GetHashCode()
                && shuffled.ToString() == inOrder.ToString();
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Vectors_that_differ_in_dimension_position_or_value_are_not_equal()
    {
        var vector = new SparseVector(5, [1, 3], [0.5f, 2f]);

        Assert.Equal(new SparseVector(5, [3, 1], [2f, 0.5f]), vector);
        Assert.NotEqual(new SparseVector(6, [1, 3], [0.5f, 2f]), vector);
        Assert.NotEqual(new SparseVector(5, [1, 4], [0.5f, 2f]), vector);
        Assert.NotEqual(new SparseVector(5, [1, 3], [0.5f, 3f]), vector);
        Assert.NotEqual(new SparseVector(5, [1], [0.5f]), vector);
        Assert.False(vector.Equals((object?)null));
    }

    [Fact]
    public void The_text_form_counts_from_1_in_every_culture()
    {
        var before = CultureInfo.CurrentCulture;
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo("de-DE");
            Assert.Equal("{1:0.5,3:-2}/5", new SparseVector(5, [0, 2], [0.5f, -2f]).ToString());
            Assert.Equal("{}/5", new SparseVector(5, [], []).ToString());
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }

    [Fact]
    public void The_arrays_given_are_copied_and_left_as_they_are()
    {
        int[] indices = [3, 1];
        float[] values = [2f, 0.5f];
        var vector = new SparseVector(5, indices, values);

        Assert.Equal([3, 1], indices);
        Assert.Equal([2f, 0.5f], values);
        indices[0] = values.Length;
        values[0] = 9f;
        Assert.Equal("{2:0.5,4:2}/5", vector.ToString());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_001)]
    public void A_dimension_out_of_range_is_refused(int dimensions) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SparseVector(dimensions, [], []));

    [Theory]
    [InlineData(new[] { 0, 5 }, "Expected positions from 0 to 4, got 5.")]
    [InlineData(new[] { 3, -1 }, "Expected positions from 0 to 4, got -1.")]
    [InlineData(new[] { 2, 2 }, "Expected every position once, got 2 twice.")]
    [InlineData(new[] { 1 }, "Expected as many values as positions, got 2 and 1.")]
    public void Positions_out_of_range_or_given_twice_are_refused(int[] indices, string message)
    {
        var error = Assert.Throws<ArgumentException>(() => new SparseVector(5, indices, [1f, 2f]));

        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Values_that_are_not_finite_are_refused(float value) =>
        Assert.Throws<InvalidVectorException>(() => SparseVector.FromDense([1f, value]));

    [Fact]
    public void More_values_than_pgvector_stores_are_refused_and_zeros_do_not_count()
    {
        var values = new float[SparseVector.MaxNonZero + 1];
        Array.Fill(values, 1f);

        Assert.Throws<InvalidVectorException>(() => SparseVector.FromDense(values));
        values[7] = 0;
        Assert.Equal(SparseVector.MaxNonZero, SparseVector.FromDense(values).NonZero);
    }
}
