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
    private readonly List<OnnxTensor[]> _batches = [];
    private readonly List<OnnxTensor[]> _singles = [];

    public RuntimeAlone(OnnxTextEmbedder model, List<string> texts, int batchTokens)
    {
        _session = OnnxSession.Load(
            Path.Combine(model.Model.FullPath, model.Model.ModelFile),
            new OnnxSessionOptions
            {
                IntraOpThreads = Environment.ProcessorCount,
                IntraOpSpinning = new OnnxEmbedderOptions().Spinning,
                Configuration = { ["session.disable_quant_qdq"] = "1" },
            });
        _inputs = [.. _session.Inputs.Select(input => input.Name)];
        var ids = Tokenize(model, texts);
        Tokens = ids.Sum(text => (long)text.Length);
        foreach (var length in ids.GroupBy(text => text.Length))
        {
            foreach (var batch in length.Chunk(Math.Max(1, batchTokens / length.Key)))
                _batches.Add(Tensors(batch, length.Key));
        }

        foreach (var text in ids.Take(1_000))
            _singles.Add(Tensors([text], text.Length));
    }

    /// <summary>The texts' tokens, special ones included.</summary>
    public long Tokens { get; }

    /// <summary>Each text's ids.</summary>
    public static List<int[]> Tokenize(OnnxTextEmbedder model, List<string> texts)
    {
        var buffer = new int[model.Model.MaxTokens];
        return texts.ConvertAll(text => buffer[..model.Model.Tokenizer.Encode(text, buffer, out _)]);
    }

    public void RunAll()
    {
        foreach (var batch in _batches)
            Run(batch);
    }

    public void RunOne(int text) => Run(_singles[text]);

    public void Dispose()
    {
        foreach (var tensor in _batches.Concat(_singles).SelectMany(tensors => tensors))
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
