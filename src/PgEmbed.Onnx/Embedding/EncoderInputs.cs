using System.Buffers;
using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Embedding;

/// <summary>The inputs that a model's ONNX file takes, and how a batch of texts becomes their tensors.</summary>
/// <remarks>
/// Texts begin at the first position and are padded behind, whatever side the model's files name: what is masked has no
/// part in a text's vector, and a decoder's tokens don't see those behind them. A decoder that was exported for
/// generating text takes a cache of the tokens before, which is empty here.
/// </remarks>
internal sealed class EncoderInputs
{
    private const string TokenIds = "input_ids";
    private const string Mask = "attention_mask";
    private const string TokenTypes = "token_type_ids";
    private const string Positions = "position_ids";
    private const string Cache = "past_key_values";

    private readonly ModelFolder _model;
    private readonly OnnxValueInfo[] _caches;
    private readonly int _integers;

    /// <summary>Reads what an ONNX file takes.</summary>
    /// <exception cref="PgEmbedException">It lacks an input, or has one that can't be given.</exception>
    public EncoderInputs(ModelFolder model, IReadOnlyList<OnnxValueInfo> inputs)
    {
        _model = model;
        _caches = [.. inputs.Where(IsCache)];
        string[] integers = [.. inputs.Where(input => !IsCache(input)).Select(CheckIntegers)];
        foreach (var cache in _caches)
            CheckCache(cache);
        foreach (var needed in (string[])[TokenIds, Mask])
        {
            if (!integers.Contains(needed))
                throw model.FileError($"expected an input '{needed}', got {string.Join(", ", integers)}.");
        }

        _integers = integers.Length;
        Names = [.. integers, .. _caches.Select(cache => cache.Name)];
    }

    /// <summary>Their names, in the order of the tensors.</summary>
    public string[] Names { get; }

    /// <summary>How many integers the tensors of a batch have together.</summary>
    public int IntegersOf(int rows, int width) => checked(rows * width * _integers);

    /// <summary>Makes the tensors of a batch.</summary>
    /// <param name="texts">The texts' tokens.</param>
    /// <param name="batch">The places of the batch's texts.</param>
    /// <param name="width">The length to which they are padded.</param>
    /// <param name="memory">Room for <see cref="IntegersOf"/> integers, which the tensors keep using.</param>
    /// <param name="tensors">Where to, one for each name.</param>
    public void Make(
        TokenizedTexts texts, ReadOnlySpan<int> batch, int width, Memory<long> memory, Span<OnnxTensor> tensors)
    {
        var size = batch.Length * width;
        for (var i = 0; i < _integers; i++)
        {
            var values = memory.Slice(i * size, size);
            Write(Names[i], texts, batch, width, values.Span);
            tensors[i] = OnnxTensor.Create(values, [batch.Length, width]);
        }

        for (var i = 0; i < _caches.Length; i++)
            tensors[_integers + i] = EmptyCache(_caches[i], batch.Length);
    }

    private static bool IsCache(OnnxValueInfo input) => input.Name.StartsWith(Cache, StringComparison.Ordinal);

    private static OnnxTensor EmptyCache(OnnxValueInfo cache, int rows)
    {
        ReadOnlySpan<long> shape = [rows, cache.Shape[1], 0, cache.Shape[3]];
        return cache.ElementType == OnnxElementType.Float
            ? OnnxTensor.Create<float>(Memory<float>.Empty, shape)
            : OnnxTensor.Create<Half>(Memory<Half>.Empty, shape);
    }

    private void Write(string input, TokenizedTexts texts, ReadOnlySpan<int> batch, int width, Span<long> values)
    {
        values.Fill(input == TokenIds ? _model.Tokenizer.PadId!.Value : 0);
        for (var i = 0; i < batch.Length && input != TokenTypes; i++)
        {
            var ids = texts[batch[i]];
            var row = values.Slice(i * width, ids.Length);
            if (input == Mask)
                row.Fill(1);
            else if (input == Positions)
                WritePositions(row);
            else
                TensorPrimitives.ConvertChecked(ids, row);
        }
    }

    private void WritePositions(Span<long> row)
    {
        for (var i = 0; i < row.Length; i++)
            row[i] = _model.FirstPosition + i;
    }

    private void CheckCache(OnnxValueInfo cache)
    {
        if (cache.ElementType is not (OnnxElementType.Float or OnnxElementType.Float16)
            || cache.Shape is not [_, > 0, < 0, > 0])
            throw _model.FileError(
                $"expected a cache of floats, batch × heads × tokens × dimensions with as many tokens as one likes, "
                + $"got {cache}.",
                "Export the model for feature extraction, without a cache.");
    }

    private string CheckIntegers(OnnxValueInfo input)
    {
        if (input.Name is not (TokenIds or Mask or TokenTypes or Positions))
            throw _model.FileError($"the input {input} is not supported.", "Take another export of the model.");
        return input.ElementType == OnnxElementType.Int64
            ? input.Name
            : throw _model.FileError($"expected 64-bit integers, got {input}.", "Take another export of the model.");
    }
}
