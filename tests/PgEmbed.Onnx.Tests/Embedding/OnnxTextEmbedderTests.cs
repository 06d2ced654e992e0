using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Runtime;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>Embedders over models so small that their vectors are computed by hand.</summary>
public sealed class OnnxTextEmbedderTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public async Task The_vector_is_the_normalized_mean_of_the_text_s_own_tokens()
    {
        var vectors = await EmbedAsync(["a", "ab c", "", "x y z x y z", "ж"]);
        AssertNear(_model.Mean("[CLS]", "a", "[SEP]"), vectors[0]);
        AssertNear(_model.Mean("[CLS]", "a", "##b", "c", "[SEP]"), vectors[1]);
        AssertNear(_model.Mean("[CLS]", "[SEP]"), vectors[2]);
        AssertNear(_model.Mean("[CLS]", "x", "y", "z", "x", "y", "z", "[SEP]"), vectors[3]);
        AssertNear(_model.Mean("[CLS]", "[UNK]", "[SEP]"), vectors[4]);
    }

    [Fact]
    public async Task Without_normalization_the_mean_is_given_as_it_is()
    {
        var modules = JsonNode.Parse(File.ReadAllText(Path.Combine(_model.Path, "modules.json")))!.AsArray();
        modules.RemoveAt(2);
        _model.Write("modules.json", modules.ToJsonString());
        string[] tokens = ["[CLS]", "a", "[SEP]"];
        var first = tokens.Average(t => _model.Table[_model.Vocabulary[t] * TinyModel.Dimensions]);
        Assert.Equal(first, (await EmbedAsync(["a"]))[0].Span[0], 1e-6);
    }

    [Fact]
    public async Task Cls_pooling_gives_the_first_token()
    {
        _model.Set("1_Pooling/config.json", "pooling_mode", "cls");
        AssertNear(_model.Mean("[CLS]"), (await EmbedAsync(["a b c"]))[0]);
    }

    [Fact]
    public async Task The_role_s_prompt_stands_before_the_text()
    {
        _model.Set(
            "config_sentence_transformers.json", "prompts", JsonNode.Parse("""{ "query": "q ", "passage": "p" }"""));
        AssertNear(_model.Mean("[CLS]", "q", "a", "[SEP]"), (await EmbedAsync(["a"], TextRole.Query))[0]);
        AssertNear(_model.Mean("[CLS]", "p", "##a", "[SEP]"), (await EmbedAsync(["a"]))[0]);
    }

    [Fact]
    public async Task A_model_with_do_lower_case_gets_text_and_prompt_in_lower_case()
    {
        _model.Set("tokenizer.json", "normalizer/lowercase", false);
        _model.Set("config_sentence_transformers.json", "prompts", JsonNode.Parse("""{ "query": "Q " }"""));
        AssertNear(_model.Mean("[CLS]", "[UNK]", "[UNK]", "[SEP]"), (await EmbedAsync(["AB"], TextRole.Query))[0]);
        _model.Set("sentence_bert_config.json", "do_lower_case", true);
        AssertNear(_model.Mean("[CLS]", "q", "a", "##b", "[SEP]"), (await EmbedAsync(["AB"], TextRole.Query))[0]);
    }

    [Fact]
    public async Task A_long_text_is_cut_to_the_limit()
    {
        static string Repeat(int count) => string.Join(' ', Enumerable.Repeat("a", count));
        var vectors = await EmbedAsync([Repeat(14), Repeat(99)]);
        Assert.Equal(vectors[0].ToArray(), vectors[1].ToArray());
    }

    [Fact]
    public async Task More_texts_than_are_held_at_once_come_back_in_the_caller_s_order()
    {
        // Some 450,000 tokens, of which 262,144 are held at once.
        var random = new Random(3);
        string[][] texts =
        [
            .. Enumerable.Range(0, 50_000).Select(_ => Enumerable.Range(0, random.Next(15))
                .Select(_ => $"{(char)random.Next('a', 'z' + 1)}").ToArray()),
        ];
        var vectors = await EmbedAsync([.. texts.Select(t => string.Join(' ', t))]);
        for (var i = 0; i < texts.Length; i++)
            AssertNear(_model.Mean(["[CLS]", .. texts[i], "[SEP]"]), vectors[i]);
    }

    [Fact]
    public async Task A_model_with_fewer_inputs_gets_only_those()
    {
        _model.Write("model.onnx", _model.Encoder(
            [TinyOnnx.Node("Gather", ["table", "input_ids"], ["last_hidden_state"])],
            inputs: [TinyModel.Input("attention_mask"), TinyModel.Input("input_ids")]));
        AssertNear(_model.Mean("[CLS]", "a", "[SEP]"), (await EmbedAsync(["a", "b c d"]))[0]);
    }

    [Fact]
    public async Task The_first_output_of_a_vector_a_token_is_taken_where_none_has_the_usual_name()
    {
        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["token_embeddings"]),
                TinyOnnx.Node("ReduceMax", ["token_embeddings"], ["largest"]),
            ],
            outputs:
            [
                TinyModel.Output("largest", 1, 1, 1),
                TinyModel.Output("token_embeddings", "batch", "sequence", TinyModel.Dimensions),
            ]));
        // 'largest' comes first and has three dimensions; its shape shows that it is not what pooling asks for.
        var error = Assert.Throws<PgEmbedException>(() => OnnxTextEmbedder.Load(_model.Path));
        Assert.Contains("of shape 1 × 2 × 4, got 1 × 1 × 1", error.Message, StringComparison.Ordinal);

        _model.Write("model.onnx", _model.Encoder(
            [TinyOnnx.Node("Gather", ["table", "input_ids"], ["token_embeddings"])],
            outputs: [TinyModel.Output("token_embeddings", "batch", "sequence", TinyModel.Dimensions)]));
        AssertNear(_model.Mean("[CLS]", "a", "[SEP]"), (await EmbedAsync(["a", "b c d"]))[0]);
    }

    [Fact]
    public async Task An_output_that_the_model_has_pooled_is_used_as_it_is()
    {
        // The sum over a text's tokens, as the mask has them.
        _model.Write("model.onnx", _model.Encoder(
            [
                TinyOnnx.Node("Gather", ["table", "input_ids"], ["tokens"]),
                TinyOnnx.Node("Cast", ["attention_mask"], ["mask"], TinyOnnx.IntAttribute("to", 1)),
                TinyOnnx.Node(
                    "Einsum", ["tokens", "mask"], ["sentence_embedding"], TinyOnnx.TextAttribute("equation", "bsd,bs->bd")),
            ],
            outputs: [TinyModel.Output("sentence_embedding", "batch", TinyModel.Dimensions)]));
        var vectors = await EmbedAsync(["a", "b c d"]);
        AssertNear(_model.Mean("[CLS]", "a", "[SEP]"), vectors[0]);
        AssertNear(_model.Mean("[CLS]", "b", "c", "d", "[SEP]"), vectors[1]);
    }

    [Fact]
    public async Task A_model_that_quantizes_while_it_runs_is_run_one_text_at_a_time()
    {
        // 'z' has a huge vector: quantized by the range of the whole batch, all others' would become 0 beside it.
        _model.Table.AsSpan(_model.Vocabulary["z"] * TinyModel.Dimensions, TinyModel.Dimensions).Fill(1e6f);
        _model.Write("model.onnx", _model.Encoder(
        [
            TinyOnnx.Node("Gather", ["table", "input_ids"], ["floats"]),
            TinyOnnx.Node("DynamicQuantizeLinear", ["floats"], ["bytes", "scale", "zero"]),
            TinyOnnx.Node("DequantizeLinear", ["bytes", "scale", "zero"], ["last_hidden_state"]),
        ]));
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        Assert.True(embedder.Model.IsBatchDependent);
        var together = (await embedder.EmbedAsync(["a", "z", "b c"], TextRole.Document)).Vectors;
        var alone = (await embedder.EmbedAsync(["a"], TextRole.Document)).Vectors;
        Assert.Equal(alone[0].ToArray(), together[0].ToArray());
        Assert.Contains(together[0].ToArray(), value => value != 0);
    }

    [Fact]
    public async Task A_value_that_is_no_number_names_its_text()
    {
        _model.Table[_model.Vocabulary["z"] * TinyModel.Dimensions] = float.NaN;
        _model.Write("model.onnx", _model.Lookup());
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        var error = await Assert.ThrowsAsync<InvalidVectorException>(
            () => embedder.EmbedAsync(["a", "b c", "z", "d"], TextRole.Document));
        Assert.Contains("got NaN for text 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, (await embedder.EmbedAsync(["a"], TextRole.Document)).Vectors.Count);
    }

    [Fact]
    public void Vectors_of_another_length_than_the_pooling_s_are_refused_while_loading()
    {
        _model.Set("1_Pooling/config.json", "word_embedding_dimension", 5);
        AssertLoadFails("expected an output of shape 1 × 2 × 5, got 1 × 2 × 4");
    }

    [Fact]
    public void An_unknown_input_is_refused_by_name()
    {
        WriteWithInputs(
            TinyModel.Input("input_ids"), TinyModel.Input("attention_mask"), TinyModel.Input("bbox"));
        AssertLoadFails("the input bbox: Int64[batch × sequence] is not supported");
    }

    [Fact]
    public void A_model_without_a_mask_is_refused()
    {
        WriteWithInputs(TinyModel.Input("input_ids"));
        AssertLoadFails("expected an input 'attention_mask', got input_ids");
    }

    [Fact]
    public void Inputs_of_another_type_are_refused()
    {
        WriteWithInputs(TinyModel.Input("input_ids", OnnxElementType.Int32), TinyModel.Input("attention_mask"));
        AssertLoadFails("expected 64-bit integers, got input_ids: Int32");
    }

    [Fact]
    public void A_model_without_a_usable_output_lists_those_it_has()
    {
        _model.Write("model.onnx", _model.Encoder(
            [TinyOnnx.Node("ReduceMax", ["table"], ["logits"])], outputs: [TinyModel.Output("logits", 1, 1)]));
        AssertLoadFails("got logits: Float[1 × 1]");
    }

    [Fact]
    public void A_file_that_is_no_model_or_only_a_part_of_one_is_refused()
    {
        var whole = File.ReadAllBytes(Path.Combine(BuiltInModel.Folder, "onnx", "model_quantized.onnx"));
        byte[][] broken = [[], [0], "not a model"u8.ToArray(), whole[..1000], whole[..(whole.Length / 2)], whole[..^1]];
        foreach (var content in broken)
        {
            _model.Write("model.onnx", content);
            AssertLoadFails("model.onnx is not a whole ONNX file");
        }
    }

    [Fact]
    public void A_file_that_ONNX_Runtime_refuses_is_refused_with_its_reason()
    {
        _model.Write("model.onnx", _model.Encoder(
            [TinyOnnx.Node("NoSuchOperator", ["input_ids"], ["last_hidden_state"])]));
        AssertLoadFails("NoSuchOperator");
    }

    private void WriteWithInputs(params byte[][] inputs) => _model.Write("model.onnx", _model.Encoder(
        [TinyOnnx.Node("Gather", ["table", "input_ids"], ["last_hidden_state"])], inputs: inputs));

    private void AssertLoadFails(string message)
    {
        var error = Assert.ThrowsAny<PgEmbedException>(() => OnnxTextEmbedder.Load(_model.Path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private async Task<VectorBlock> EmbedAsync(string[] texts, TextRole role = TextRole.Document)
    {
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        return (await embedder.EmbedAsync(texts, role)).Vectors;
    }

    private static void AssertNear(float[] expected, ReadOnlyMemory<float> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual.Span[i], 1e-6);
    }
}
