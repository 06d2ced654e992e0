using PgEmbed.Onnx;
using PgEmbed.Onnx.Runtime;

namespace PgEmbed.Benchmarks;

/// <summary>
/// ONNX Runtime with nothing around it: ids made beforehand, batches of equal lengths, the model's threads and settings.
/// </summary>
internal sealed class RuntimeAlone : IDisposable
{
    private readonly OnnxSession _session;
    private readonly string[] _inputs;
    private readonly string[] _outputs = ["last_hidden_state"];
    private readonly List<List<OnnxTensor[]>> _slices = [];
    private readonly List<OnnxTensor[]> _singles = [];

    /// <param name="model">The model.</param>
    /// <param name="slices">Texts in parts, each packed by itself.</param>
    /// <param name="batchTokens">The most tokens of a batch.</param>
    /// <param name="options">How to run it; null: as the embedder does.</param>
    public RuntimeAlone(
        OnnxTextEmbedder model,
        IEnumerable<IReadOnlyList<string>> slices,
        int batchTokens,
        OnnxSessionOptions? options = null)
    {
        _session = OnnxSession.Load(
            Path.Combine(model.Model.FullPath, model.Model.ModelFile), options ?? EmbedderOptions());
        _inputs = [.. _session.Inputs.Select(input => input.Name)];
        foreach (var slice in slices)
        {
            var ids = Tokenize(model, slice);
            Tokens += ids.Sum(text => (long)text.Length);
            _slices.Add([.. ids.GroupBy(text => text.Length).SelectMany(length => length
                .Chunk(Math.Max(1, batchTokens / length.Key)).Select(batch => Tensors(batch, length.Key)))]);
            _singles.AddRange(ids.Take(1_000 - _singles.Count).Select(text => Tensors([text], text.Length)));
        }
    }

    /// <summary>The embedder's own settings.</summary>
    public static OnnxSessionOptions EmbedderOptions() => new()
    {
        IntraOpThreads = Environment.ProcessorCount,
        IntraOpSpinning = new OnnxEmbedderOptions().Spinning,
        MemoryPattern = false,
        Configuration = { ["session.disable_quant_qdq"] = "1" },
    };

    /// <summary>The texts' tokens, special ones included.</summary>
    public long Tokens { get; }

    private static List<int[]> Tokenize(OnnxTextEmbedder model, IReadOnlyList<string> texts)
    {
        var buffer = new int[model.Model.MaxTokens];
        return [.. texts.Select(text => buffer[..model.Model.Tokenizer.Encode(text, buffer, out _)])];
    }

    /// <summary>Runs all texts of a slice.</summary>
    public void RunSlice(int slice) => _slices[slice].ForEach(Run);

    public void RunOne(int text) => Run(_singles[text]);

    public void Dispose()
    {
        foreach (var tensor in _slices.SelectMany(slice => slice).Concat(_singles).SelectMany(tensors => tensors))
            tensor.Dispose();
        _session.Dispose();
    }

    private void Run(OnnxTensor[] tensors) => _session.Run(_inputs, tensors, _outputs)[0].Dispose();

    private OnnxTensor[] Tensors(int[][] batch, int length) => [.. _inputs.Select(input =>
    {
        var values = input switch
        {
            "input_ids" => batch.SelectMany(text => text).Select(id => (long)id).ToArray(),
            "attention_mask" => [.. Enumerable.Repeat(1L, batch.Length * length)],
            _ => new long[batch.Length * length],
        };
        return OnnxTensor.Create<long>(values, [batch.Length, length]);
    })];
}
