using System.Runtime.InteropServices;
using FsCheck;
using FsCheck.Fluent;
using Npgsql;
using PgEmbed.Postgres.Types;

namespace PgEmbed.Postgres.Tests.Types;

public sealed class RoundTripTests(VectorDatabase database) : IClassFixture<VectorDatabase>
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_vector_goes_and_comes_as_its_text_form_says(bool isAsync) =>
        Check(isAsync, DataTypeNames.Vector, c => c.Singles(), VectorText.Write, VectorText.Singles, Same);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_halfvec_goes_and_comes_as_its_text_form_says(bool isAsync) =>
        Check(isAsync, DataTypeNames.Halfvec, c => c.Halves(), VectorText.Write, VectorText.Halves, Same);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_sparsevec_goes_and_comes_as_its_text_form_says(bool isAsync) =>
        Check(
            isAsync,
            DataTypeNames.Sparsevec,
            c => ToSparseVector(c.Sparse()),
            sparse => VectorText.Write(sparse.Dimensions, Pairs(sparse)),
            text => ToSparseVector(VectorText.Sparse(text)),
            (left, right) => left.Dimensions == right.Dimensions
                && left.Indices.Span.SequenceEqual(right.Indices.Span)
                && Same(left.Values.Span, right.Values.Span));

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Floats_sent_as_halfvec_are_rounded_as_pgvector_rounds_and_come_back_widened(bool isAsync) =>
        Prop.ForAll(VectorCase.Any, async c =>
        {
            var values = c.SinglesForHalf();
            var (rounded, byServer) = await database.SmallBuffers.RowAsync(
                isAsync,
                "SELECT $1::text, $2, $3::halfvec",
                [
                    c.Filler(),
                    new NpgsqlParameter { Value = values, DataTypeName = DataTypeNames.Halfvec },
                    new NpgsqlParameter { Value = values, DataTypeName = DataTypeNames.Vector },
                ],
                async reader => (
                    await reader.FieldAsync<float[]>(isAsync, 1), await reader.FieldAsync<Half[]>(isAsync, 2)));
            Assert.Equal(byServer.Select(value => (float)value), rounded);
        }).Check(Few);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Every_half_there_is_comes_back_bit_by_bit(bool isAsync)
    {
        var halves = Enumerable.Range(0, 1 << 16)
            .Select(bits => BitConverter.UInt16BitsToHalf((ushort)bits)).Where(Half.IsFinite);
        foreach (var chunk in halves.Chunk(VectorSpace.MaxDimensions))
        {
            var (same, widened) = await database.SmallBuffers.RowAsync(
                isAsync,
                "SELECT $1, $1",
                [chunk],
                async reader => (
                    await reader.FieldAsync<Half[]>(isAsync, 0), await reader.FieldAsync<float[]>(isAsync, 1)));
            Assert.True(Same(chunk, same));
            Assert.True(Same(chunk.Select(value => (float)value).ToArray(), widened));
        }
    }

    private static Config Few => Config.QuickThrowOnFailure.WithMaxTest(60);

    private void Check<T>(
        bool isAsync,
        string typeName,
        Func<VectorCase, T> make,
        Func<T, string> write,
        Func<string, T> parse,
        Func<T, T, bool> same)
        where T : notnull =>
        Prop.ForAll(VectorCase.Any, async c =>
        {
            var value = make(c);
            var (text, binary) = await database.SmallBuffers.RowAsync(
                isAsync,
                $"SELECT $1::text, $2::text, $3::text::{typeName}",
                [c.Filler(), new NpgsqlParameter { Value = value, DataTypeName = typeName }, write(value)],
                async reader => (
                    await reader.FieldAsync<string>(isAsync, 1), await reader.FieldAsync<T>(isAsync, 2)));
            Assert.True(same(value, parse(text)), "What was sent has another text form.");
            Assert.True(same(value, binary), "What was read differs from its text form.");
        }).Check(Few);

    // Bit by bit: 0 and -0 differ.
    private static bool Same<T>(T[] left, T[] right)
        where T : unmanaged => Same<T>(left.AsSpan(), right);

    private static bool Same<T>(ReadOnlySpan<T> left, ReadOnlySpan<T> right)
        where T : unmanaged => MemoryMarshal.AsBytes(left).SequenceEqual(MemoryMarshal.AsBytes(right));

    private static SparseVector ToSparseVector((int Dimensions, SortedDictionary<int, float> Values) sparse) =>
        new(sparse.Dimensions, sparse.Values.Keys.ToArray(), sparse.Values.Values.ToArray());

    private static IEnumerable<KeyValuePair<int, float>> Pairs(SparseVector vector) =>
        vector.Indices.ToArray().Zip(vector.Values.ToArray(), KeyValuePair.Create);
}
