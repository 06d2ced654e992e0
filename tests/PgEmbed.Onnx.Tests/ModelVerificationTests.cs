using System.Globalization;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tests.Models;
using PgEmbed.Onnx.Tests.Runtime;

namespace PgEmbed.Onnx.Tests;

public sealed class ModelVerificationTests : IDisposable
{
    private const string Answers = "pgembed-answers.json";

    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    /// <summary>The answers were made by other implementations of tokenizer, runtime and pooling.</summary>
    [Fact]
    public async Task The_built_in_model_passes_all_checks_and_knows_its_answers()
    {
        using var embedder = OnnxTextEmbedder.Load(BuiltInModel.Folder);
        var checks = await ModelVerification.RunAsync(embedder);
        Assert.All(checks, check => Assert.True(check.Passed, $"{check}"));
        Assert.Equal(
            [
                "dimensions", "finite", "determinism", "batch independence", "texts are told apart", "normalization",
                "known answers",
            ],
            checks.Select(check => check.Name));
        Assert.Contains("of 4 texts 1.000000", checks[^1].Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fewer_dimensions_are_compared_with_the_first_ones()
    {
        WriteAnswer(_model.Mean("[CLS]", "a", "[SEP]"));
        Assert.True(await PassesAsync(new ModelFolderOptions { Dimensions = 2 }));
        WriteAnswer([.. _model.Mean("[CLS]", "a", "[SEP]").Reverse()]);
        Assert.False(await PassesAsync(new ModelFolderOptions { Dimensions = 2 }));
    }

    [Fact]
    public async Task Wrong_pooling_is_found_by_the_answers_alone()
    {
        WriteAnswer(_model.Mean("[CLS]", "a", "b", "[SEP]"), "a b");
        Assert.Empty(await FailuresAsync());
        _model.Write("1_Pooling/config.json", """{ "word_embedding_dimension": 4, "pooling_mode_cls_token": true }""");
        Assert.Contains("known answers", await FailuresAsync());
    }

    [Fact]
    public async Task An_answer_to_a_query_is_compared_with_the_query()
    {
        _model.Set("config_sentence_transformers.json", "prompts/query", "z");
        WriteAnswer(_model.Mean("[CLS]", "z", "##a", "[SEP]"), role: "query");
        Assert.Empty(await FailuresAsync());
        WriteAnswer(_model.Mean("[CLS]", "a", "[SEP]"), role: "query");
        Assert.Equal(["known answers"], await FailuresAsync());
    }

    [Theory]
    [InlineData("""{ "answers": [] }""", "expected 'answers' to have a text at least")]
    [InlineData("""{ "answers": [ { "text": "a", "vector": [1, 2] } ] }""", "the model's 4 dimensions, got 2")]
    [InlineData("""{ "answers": [ { "text": "a", "vector": [1, 2, 3, "x"] } ] }""", "to have numbers, got \"x\"")]
    [InlineData("""{ "answers": [ { "text": "a", "vector": [1, 2, 3, 1e99] } ] }""", "to have numbers, got 1e99")]
    [InlineData("""{ "answers": [ { "text": "a", "role": "x", "vector": [1, 2, 3, 4] } ] }""", "document or query, got 'x'")]
    [InlineData("""{ "answers": [ { "vector": [1, 2, 3, 4] } ] }""", "expected 'text' to be a text, got none")]
    [InlineData("""{ "least_cosine": 7, "answers": [] }""", "expected 'least_cosine' to be -1 to 1, got 7")]
    [InlineData("""{ "answer": [] }""", "expected 'answers' to be a list, got none")]
    [InlineData("{", "is not JSON")]
    public async Task Damaged_answers_are_an_error_that_names_them(string content, string message)
    {
        _model.Write(Answers, content);
        var error = await Assert.ThrowsAsync<PgEmbedException>(FailuresAsync);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(Answers, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_quantizes_while_it_runs_passes_and_is_said_to_be_run_one_text_at_a_time()
    {
        // A real one: what is multiplied is quantized by the range of all that is run together.
        _model.Write("model.onnx", _model.Encoder(
        [
            TinyOnnx.Node("Gather", ["table", "input_ids"], ["floats"]),
            TinyOnnx.Node("DynamicQuantizeLinear", ["floats"], ["bytes", "scale", "zero"]),
            TinyOnnx.Node("DequantizeLinear", ["bytes", "scale", "zero"], ["last_hidden_state"]),
        ]));
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        var checks = await ModelVerification.RunAsync(embedder);
        Assert.All(checks, check => Assert.True(check.Passed, $"{check}"));
        var batches = checks.Single(check => check.Name == "batch independence");
        Assert.Contains("each text is run by itself", batches.Detail, StringComparison.Ordinal);
        Assert.Contains("DynamicQuantizeLinear", batches.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_gives_all_texts_one_vector_fails()
    {
        _model.Table.AsSpan().Fill(0.5f);
        _model.Write("model.onnx", _model.Lookup());
        Assert.Equal(["texts are told apart"], await FailuresAsync());
    }

    private void WriteAnswer(float[] vector, string text = "a", string role = "document") =>
        _model.Write(Answers, $$"""
            {
              "made_by": "hand", "least_cosine": 0.99999,
              "answers": [ { "text": "{{text}}", "role": "{{role}}", "vector": [{{string.Join(
                  ',', vector.Select(v => v.ToString("R", CultureInfo.InvariantCulture)))}}] } ]
            }
            """);

    private async Task<List<string>> FailuresAsync()
    {
        using var embedder = OnnxTextEmbedder.Load(_model.Path);
        var checks = await ModelVerification.RunAsync(embedder);
        return [.. checks.Where(check => !check.Passed).Select(check => check.Name)];
    }

    private async Task<bool> PassesAsync(ModelFolderOptions options)
    {
        using var embedder = OnnxTextEmbedder.Load(ModelFolder.Open(_model.Path, options));
        return (await ModelVerification.RunAsync(embedder)).Single(c => c.Name == "known answers").Passed;
    }
}
