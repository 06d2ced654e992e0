using System.Numerics.Tensors;
using PgEmbed.Codecs;
using PgEmbed.Codecs.Quantizers;

namespace PgEmbed.Postgres.Codecs;

/// <summary>
/// Ranks rows for queries as pgvector does by the form that a codec has in the index: values by the space's metric, bits by
/// how many differ. All rows are looked at, so nothing is lost but what the form itself loses.
/// </summary>
internal sealed class FormRanking
{
    private readonly DistanceMetric _metric;
    private readonly VectorBlock? _rows;
    private readonly VectorBlock? _queries;
    private readonly byte[] _rowBits = [];
    private readonly byte[] _queryBits = [];
    private readonly int _bytes;

    /// <summary>Ranks by full vectors.</summary>
    public FormRanking(VectorBlock rows, VectorBlock queries, DistanceMetric metric)
    {
        (_metric, Rows) = (metric, rows.Count);
        (_rows, _queries) = metric == DistanceMetric.Cosine ? (Unit(rows), Unit(queries)) : (rows, queries);
    }

    /// <summary>Ranks by a form.</summary>
    public FormRanking(IndexedForm form, VectorBlock rows, VectorBlock queries, DistanceMetric metric)
    {
        (_metric, Rows, _bytes) = (metric, rows.Count, form.Bytes);
        var (rowForms, queryForms) = (Encode(form, rows), Encode(form, queries));
        if (form.IsBits)
            (_rowBits, _queryBits) = (rowForms, queryForms);
        else if (metric == DistanceMetric.Cosine)
            (_rows, _queries) = (Unit(Block(form, rowForms)), Unit(Block(form, queryForms)));
        else
            (_rows, _queries) = (Block(form, rowForms), Block(form, queryForms));
    }

    /// <summary>How many rows there are.</summary>
    public int Rows { get; }

    /// <summary>The distance of a row to a query.</summary>
    public float Distance(int query, int row)
    {
        if (_rows is null)
            return BitQuantizer.Hamming(
                _queryBits.AsSpan(query * _bytes, _bytes), _rowBits.AsSpan(row * _bytes, _bytes));
        var x = _queries![query].Span;
        var y = _rows[row].Span;
        return _metric switch
        {
            DistanceMetric.L2 => TensorPrimitives.Distance(x, y),
            DistanceMetric.InnerProduct => -TensorPrimitives.Dot(x, y),
            _ => 1 - TensorPrimitives.Dot(x, y),
        };
    }

    /// <summary>The nearest rows of a query, the nearest first; of equals the first.</summary>
    public int[] Nearest(int query, int count)
    {
        // The nearest so far, the farthest of them on top.
        var farthestFirst = Comparer<(float Distance, int Row)>.Create((x, y) => y.CompareTo(x));
        var nearest = new PriorityQueue<int, (float Distance, int Row)>(count, farthestFirst);
        for (var row = 0; row < Rows; row++)
        {
            var distance = Distance(query, row);
            if (nearest.Count < count)
                nearest.Enqueue(row, (distance, row));
            else if (nearest.TryPeek(out _, out var farthest) && distance < farthest.Distance)
                nearest.EnqueueDequeue(row, (distance, row));
        }

        var found = new int[nearest.Count];
        for (var i = found.Length - 1; i >= 0; i--)
            found[i] = nearest.Dequeue();
        return found;
    }

    private static byte[] Encode(IndexedForm form, VectorBlock vectors)
    {
        var forms = new byte[vectors.Count * form.Bytes];
        Parallel.For(0, vectors.Count, i => form.Encode(vectors[i].Span, forms.AsSpan(i * form.Bytes, form.Bytes)));
        return forms;
    }

    private static VectorBlock Block(IndexedForm form, byte[] forms)
    {
        var block = new VectorBlock(forms.Length / form.Bytes, form.Dimensions);
        for (var i = 0; i < block.Count; i++)
            form.Codec.Quantizer.Decode(forms.AsSpan(i * form.Bytes, form.Bytes), block.Row(i));
        return block;
    }

    private static VectorBlock Unit(VectorBlock vectors)
    {
        var unit = new VectorBlock(vectors.Count, vectors.Dimensions);
        for (var i = 0; i < vectors.Count; i++)
        {
            // What a shorter form has made zero stays so: as far from everything as what has nothing in common with it.
            if (TensorPrimitives.Norm(vectors[i].Span) is > 0 and var length)
                TensorPrimitives.Divide(vectors[i].Span, length, unit.Row(i));
        }

        return unit;
    }
}
