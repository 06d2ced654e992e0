using System.Text.Json;
using System.Text.Json.Nodes;
using PgEmbed.Onnx.Runtime;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Models;

/// <summary>
/// A model folder as on the hub, of a few kilobytes: the vector of a token is its row in a table, so a text's can be
/// computed by hand. Letters a to z are tokens; every file can be changed.
/// </summary>
internal sealed class TinyModel : IDisposable
{
    public const int Dimensions = 4;

    private readonly TemporaryFolder _folder = new();

    public TinyModel()
    {
        string[] tokens =
        [
            "[PAD]", "[UNK]", "[CLS]", "[SEP]",
            .. Enumerable.Range('a', 26).SelectMany(c => new[] { $"{(char)c}", $"##{(char)c}" }),
        ];
        Vocabulary = tokens.Index().ToDictionary(t => t.Item, t => t.Index);
        var random = new Random(1);
        Table = [.. tokens.SelectMany(_ => Enumerable.Range(0, Dimensions).Select(_ => random.NextSingle() - 0.5f))];
        Write("config.json", """{ "model_type": "bert", "vocab_size": 56, "max_position_embeddings": 64 }""");
        Write("modules.json", """
            [
              { "idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer" },
              { "idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling" },
              { "idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize" }
            ]
            """);
        Write("1_Pooling/config.json", """
            { "word_embedding_dimension": 4, "pooling_mode_cls_token": false, "pooling_mode_mean_tokens": true }
            """);
        Write("sentence_bert_config.json", """{ "max_seq_length": 16, "do_lower_case": false }""");
        Write("config_sentence_transformers.json", """
            { "prompts": {}, "default_prompt_name": null, "similarity_fn_name": "cosine" }
            """);
        Write("tokenizer.json", JsonSerializer.Serialize(new
        {
            version = "1.0",
            added_tokens = tokens[..4].Select((content, id) => new
            {
                id, content, single_word = false, lstrip = false, rstrip = false, normalized = false, special = true,
            }),
            normalizer = new
            {
                type = "BertNormalizer", clean_text = true, handle_chinese_chars = true, lowercase = true,
            },
            pre_tokenizer = new { type = "BertPreTokenizer" },
            post_processor = new
            {
                type = "BertProcessing", sep = new object[] { "[SEP]", 3 }, cls = new object[] { "[CLS]", 2 },
            },
            model = new
            {
                type = "WordPiece", unk_token = "[UNK]", continuing_subword_prefix = "##",
                max_input_chars_per_word = 100, vocab = Vocabulary,
            },
        }));
        Write("model.onnx", Lookup());
    }

    public Dictionary<string, int> Vocabulary { get; }

    /// <summary>The tokens' vectors, <c>float[56 × 4]</c>.</summary>
    public float[] Table { get; }

    public string Path => _folder.Path;

    /// <summary>The mean of the tokens' vectors, normalized: what the model should make of a text.</summary>
    public float[] Mean(params string[] tokens)
    {
        var rows = tokens.Select(t => Table.AsSpan(Vocabulary[t] * Dimensions, Dimensions).ToArray()).ToArray();
        var mean = Enumerable.Range(0, Dimensions).Select(d => rows.Average(r => (double)r[d])).ToArray();
        var norm = Math.Sqrt(mean.Sum(x => x * x));
        return [.. mean.Select(x => (float)(x / norm))];
    }

    public void Write(string path, string content) => _folder.Write(path, content);

    public void Write(string path, byte[] content) => _folder.Write(path, content);

    public void Delete(string path) => File.Delete(_folder.File(path));

    /// <summary>Changes a value in a JSON file, such as <c>model/vocab/a</c>; null for JSON's null.</summary>
    public void Set(string file, string place, JsonNode? value)
    {
        var root = JsonNode.Parse(File.ReadAllText(_folder.File(file)))!;
        var steps = place.Split('/');
        var node = steps[..^1].Aggregate(root, (n, step) => n is JsonArray list ? list[step[0] - '0']! : n[step]!);
        node[steps[^1]] = value;
        Write(file, root.ToJsonString());
    }

    /// <summary>last_hidden_state = table[input_ids].</summary>
    public byte[] Lookup() => Encoder([TinyOnnx.Node("Gather", ["table", "input_ids"], ["last_hidden_state"])]);

    /// <summary>A model of the usual inputs and last_hidden_state, over the table.</summary>
    public byte[] Encoder(
        byte[][] nodes, byte[][]? outputs = null, byte[][]? inputs = null, byte[]? table = null,
        params byte[][] more) =>
        TinyOnnx.Model(
            inputs ?? [Input("input_ids"), Input("attention_mask"), Input("token_type_ids")],
            outputs ?? [Output("last_hidden_state", "batch", "sequence", Dimensions)],
            nodes,
            [table ?? TinyOnnx.Tensor("table", Table, Vocabulary.Count, Dimensions), .. more]);

    public static byte[] Input(string name, OnnxElementType type = OnnxElementType.Int64) =>
        TinyOnnx.Value(name, type, "batch", "sequence");

    public static byte[] Output(string name, params object[] shape) =>
        TinyOnnx.Value(name, OnnxElementType.Float, shape);

    public void Dispose() => _folder.Dispose();
}
