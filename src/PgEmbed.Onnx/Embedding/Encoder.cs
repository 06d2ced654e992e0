using System.Buffers;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Embedding;

/// <summary>A loaded model: runs batches of token ids and gives a vector for each. Safe for concurrent runs.</summary>
internal sealed class Encoder : IDisposable
{
    private const string TokenIds = "input_ids";
    private const string Mask = "attention_mask";
    private const string TokenTypes = "token_type_ids";

    private readonly ModelFolder _model;
    private readonly OnnxSession _session;
    private readonly string[] _inputs;
    private readonly string[] _outputs;
    private readonly bool _pooled;

    public Encoder(ModelFolder model, OnnxSession session)
    {
        _model = model;
        _session = session;
        _inputs = [.. session.Inputs.Select(CheckInput)];
        foreach (var needed in (string[])[TokenIds, Mask])
        {
            if (!_inputs.Contains(needed))
                throw Error($"expected an input '{needed}', got {string.Join(", ", _inputs)}.");
        }

        var output = FindOutput(session.Outputs);
        _outputs = [output.Name];
        _pooled = output.Shape.Count == 2;
        if (output.ElementType != OnnxElementType.Float)
            throw Error($"expected an output of 32-bit floats, got {output}.");
    }

    /// <summary>Runs one batch and writes a vector for each of its texts.</summary>
    /// <param name="texts">The texts' tokens.</param>
    /// <param name="batch">The places of the batch's texts, the longest first.</param>
    /// <param name="vectors">Where to.</param>
    /// <param name="first">The row of the text at place 0.</param>
    /// <param name="cancellationToken">Ends the run at its next operator.</param>
    public void Run(
        TokenizedTexts texts, ReadOnlySpan<int> batch, VectorBlock vectors, int first,
        CancellationToken cancellationToken)
    {
        var width = texts.LengthOf(batch[0]);
        var size = batch.Length * width;
        var memory = ArrayPool<long>.Shared.Rent(size * _inputs.Length);
        var tensors = new OnnxTensor[_inputs.Length];
        try
        {
            for (var i = 0; i < tensors.Length; i++)
            {
                var values = memory.AsMemory(i * size, size);
                Write(_inputs[i], texts, batch, width, values.Span);
                tensors[i] = OnnxTensor.Create(values, [batch.Length, width]);
            }

            using var output = _session.Run(_inputs, tensors, _outputs, null, cancellationToken)[0];
            CheckShape(output.Shape, batch.Length, width);
            var hidden = output.Values<float>();
            for (var i = 0; i < batch.Length; i++)
            {
                var tokens = _pooled ? 1 : texts.LengthOf(batch[i]);
                var stride = hidden.Length / batch.Length;
                var own = hidden.Slice(i * stride, tokens * _model.Dimensions);
                WriteVector(own, vectors.Row(first + batch[i]), first + batch[i]);
            }
        }
        finally
        {
            foreach (var tensor in tensors)
                tensor?.Dispose();
            ArrayPool<long>.Shared.Return(memory);
        }
    }

    public void Dispose() => _session.Dispose();

    private void Write(
        string input, TokenizedTexts texts, ReadOnlySpan<int> batch, int width, Span<long> values)
    {
        values.Fill(input == TokenIds ? _model.Tokenizer.PadId!.Value : 0);
        for (var i = 0; i < batch.Length && input != TokenTypes; i++)
        {
            var row = values.Slice(i * width, texts.LengthOf(batch[i]));
            if (input == Mask)
            {
                row.Fill(1);
                continue;
            }

            var ids = texts[batch[i]];
            for (var j = 0; j < ids.Length; j++)
                row[j] = ids[j];
        }
    }

    private void WriteVector(ReadOnlySpan<float> tokens, Span<float> vector, int text)
    {
        Pooler.Pool(tokens, _model.Pooling, vector);
        if (_model.Normalize)
            Pooler.Normalize(vector);
        foreach (var value in vector)
        {
            if (!float.IsFinite(value))
                throw new InvalidVectorException(
                    $"Expected finite values from the model {_model.FullName}, got {value} for text {text}.",
                    "The model file is damaged, or its numbers overflow: take another file of it.");
        }
    }

    private void CheckShape(ReadOnlySpan<long> shape, int rows, int width)
    {
        ReadOnlySpan<long> expected =
            _pooled ? [rows, _model.Dimensions] : [rows, width, _model.Dimensions];
        if (!shape.SequenceEqual(expected))
            throw Error(
                $"expected an output of shape {string.Join(" × ", expected.ToArray())}, got "
                + $"{string.Join(" × ", shape.ToArray())}.",
                "1_Pooling/config.json and the ONNX file are of different models: fetch one again.");
    }

    private string CheckInput(OnnxValueInfo input) =>
        input.Name is not (TokenIds or Mask or TokenTypes)
            ? throw Error($"the input {input} is not supported.", "Take another export of the model.")
            : input.ElementType != OnnxElementType.Int64
            ? throw Error($"expected 64-bit integers, got {input}.", "Take another export of the model.")
            : input.Name;

    /// <summary>The tokens' vectors where the model gives them, else a text's that it has pooled itself.</summary>
    private OnnxValueInfo FindOutput(IReadOnlyList<OnnxValueInfo> outputs) =>
        outputs.FirstOrDefault(o => o.Name == "last_hidden_state" && o.Shape.Count == 3)
        ?? outputs.FirstOrDefault(o => o.Shape.Count == 3)
        ?? outputs.FirstOrDefault(o => o.Name == "sentence_embedding" && o.Shape.Count == 2)
        ?? throw Error(
            "expected an output last_hidden_state (batch × sequence × dimensions) or sentence_embedding (batch × "
            + $"dimensions), got {string.Join(", ", outputs)}.",
            "Export the model for feature extraction.");

    private PgEmbedException Error(string message, string? remedy = null) =>
        new($"{_model.ModelFile} of {_model.FullName}: {message}", remedy);
}
