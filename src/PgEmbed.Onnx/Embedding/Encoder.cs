using System.Buffers;
using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Modules;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Onnx.Embedding;

/// <summary>A loaded model: runs batches of token ids. Safe for concurrent runs.</summary>
internal sealed class Encoder : IDisposable
{
    private const string DataFolderKey = "session.model_external_initializers_file_folder_path";

    private readonly ModelFolder _model;
    private readonly OnnxSession _session;
    private readonly EncoderInputs _inputs;
    private readonly string[] _outputs;
    private readonly OnnxElementType _elementType;
    private readonly int _dimensions;

    public Encoder(ModelFolder model, OnnxSession session)
    {
        _model = model;
        _session = session;
        _inputs = new EncoderInputs(model, session.Inputs);
        var output = FindOutput(session.Outputs);
        _outputs = [output.Name];
        _elementType = output.ElementType;
        if (_elementType is not (OnnxElementType.Float or OnnxElementType.Float16))
            throw _model.FileError($"expected an output of 32-bit or 16-bit floats, got {output}.");
        IsPooled = output.Shape.Count == 2;
        _dimensions = IsPooled ? model.Modules.Dimensions : model.Modules.Pooling.TokenDimensions;
        // A pooled output is by convention the last module's. Where it would have the same length without Dense, a
        // file that leaves Dense out could not be told from one that doesn't.
        var hasDense = model.Modules.Steps.Any(step => step is DenseModule);
        if (IsPooled && hasDense && _dimensions == model.Modules.Pooling.Dimensions)
            throw _model.FileError(
                $"whether the output {output} has gone through the module Dense can't be told.",
                "Export the model with an output of its token vectors, last_hidden_state.");
    }

    /// <summary>Whether the file gives a vector a text; otherwise it gives one a token.</summary>
    public bool IsPooled { get; }

    /// <summary>Loads a model's file, or the part of it up to the layer that is asked for.</summary>
    /// <exception cref="PgEmbedException">It can't be loaded, or has an input or output that can't be used.</exception>
    public static Encoder Load(ModelFolder model, OnnxSessionOptions options)
    {
        var session = LoadSession(model, options);
        try
        {
            return new Encoder(model, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Runs one batch.</summary>
    /// <param name="texts">The texts' tokens.</param>
    /// <param name="batch">The places of the batch's texts, the longest first.</param>
    /// <param name="take">Takes each text's vectors.</param>
    /// <param name="cancellationToken">Ends the run at its next operator.</param>
    public void Run(
        TokenizedTexts texts, ReadOnlySpan<int> batch, VectorsOfText take, CancellationToken cancellationToken)
    {
        // Without special tokens an empty text has no token at all; it is run as padding, of which nothing is taken.
        var width = Math.Max(1, texts.LengthOf(batch[0]));
        var size = _inputs.IntegersOf(batch.Length, width);
        var memory = ArrayPool<long>.Shared.Rent(size);
        var tensors = new OnnxTensor[_inputs.Names.Length];
        try
        {
            _inputs.Make(texts, batch, width, memory.AsMemory(0, size), tensors);
            using var output = _session.Run(_inputs.Names, tensors, _outputs, null, cancellationToken)[0];
            CheckShape(output.Shape, batch.Length, width);
            if (_elementType == OnnxElementType.Float)
                Give(output.Values<float>(), texts, batch, take);
            else
                GiveConverted(output.Values<Half>(), texts, batch, take);
        }
        finally
        {
            foreach (var tensor in tensors)
                tensor?.Dispose();
            ArrayPool<long>.Shared.Return(memory);
        }
    }

    public void Dispose() => _session.Dispose();

    private static OnnxSession LoadSession(ModelFolder model, OnnxSessionOptions options)
    {
        var path = Path.Combine(model.FullPath, model.ModelFile);
        if (model.LayerOutput is null)
            return OnnxSession.Load(path, options);
        // A model of bytes has no place of its own beside which its data files could be looked for.
        if (model.HasDataFiles)
            options.Configuration[DataFolderKey] = Path.GetDirectoryName(path)!;
        return OnnxSession.Load(OnnxGraph.Cut(path, model.LayerOutput), options);
    }

    private void Give(ReadOnlySpan<float> values, TokenizedTexts texts, ReadOnlySpan<int> batch, VectorsOfText take)
    {
        var stride = values.Length / batch.Length;
        for (var i = 0; i < batch.Length; i++)
        {
            var tokens = IsPooled ? 1 : texts.LengthOf(batch[i]);
            take(batch[i], values.Slice(i * stride, tokens * _dimensions));
        }
    }

    private void GiveConverted(
        ReadOnlySpan<Half> values, TokenizedTexts texts, ReadOnlySpan<int> batch, VectorsOfText take)
    {
        var floats = ArrayPool<float>.Shared.Rent(values.Length);
        try
        {
            TensorPrimitives.ConvertToSingle(values, floats);
            Give(floats.AsSpan(0, values.Length), texts, batch, take);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(floats);
        }
    }

    private void CheckShape(ReadOnlySpan<long> shape, int rows, int width)
    {
        ReadOnlySpan<long> expected = IsPooled ? [rows, _dimensions] : [rows, width, _dimensions];
        if (!shape.SequenceEqual(expected))
            throw _model.FileError(
                $"expected an output of shape {string.Join(" × ", expected.ToArray())}, got "
                + $"{string.Join(" × ", shape.ToArray())}.",
                "The modules' configuration and the ONNX file are of different models: fetch one again.");
    }

    /// <summary>The tokens' vectors where the model gives them, else a text's that it has pooled itself.</summary>
    private OnnxValueInfo FindOutput(IReadOnlyList<OnnxValueInfo> outputs) =>
        outputs.FirstOrDefault(o => o.Name == "last_hidden_state" && o.Shape.Count == 3)
        ?? outputs.FirstOrDefault(o => o.Shape.Count == 3)
        ?? outputs.FirstOrDefault(o => o.Name == "sentence_embedding" && o.Shape.Count == 2)
        ?? throw _model.FileError(
            "expected an output last_hidden_state (batch × sequence × dimensions) or sentence_embedding (batch × "
            + $"dimensions), got {string.Join(", ", outputs)}.",
            "Export the model for feature extraction.");
}
