using System.Text.Json.Nodes;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx.Tests.Models;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TinyModel _model = new();

    public void Dispose() => _model.Dispose();

    [Fact]
    public void The_built_in_model_is_read_whole()
    {
        var model = ModelFolder.Open(BuiltInModel.Folder);
        Assert.Equal("pgembed-mini-v1", model.Name);
        Assert.Equal(model.Fingerprint[..12], model.Version);
        Assert.Equal($"pgembed-mini-v1@{model.Version}", model.FullName);
        Assert.Equal("onnx/model_quantized.onnx", model.ModelFile);
        Assert.Equal(256, model.Dimensions);
        Assert.Equal(PoolingMode.Mean, model.Pooling);
        Assert.True(model.Normalize);
        Assert.Equal(DistanceMetric.Cosine, model.Metric);
        Assert.Equal(128, model.MaxTokens);
        Assert.Equal("", model.PromptFor(TextRole.Query));
        Assert.False(model.IsBatchDependent);
        Assert.False(model.QuantizesActivations);
        Assert.Matches("^[0-9a-f]{64}$", model.Fingerprint);
        Assert.True(File.Exists(Path.Combine(model.FullPath, "README.md")));
    }

    [Fact]
    public void The_most_exact_usual_file_is_taken_and_shown()
    {
        _model.Write("onnx/model_quantized.onnx", _model.Lookup());
        _model.Write("onnx/model.onnx", _model.Lookup());
        Assert.Equal("model.onnx", Open().ModelFile);
        _model.Delete("model.onnx");
        Assert.Equal("onnx/model.onnx", Open().ModelFile);
        _model.Delete("onnx/model.onnx");
        Assert.Equal("onnx/model_quantized.onnx", Open().ModelFile);
        _model.Write("own/name.onnx", _model.Lookup());
        var model = ModelFolder.Open(_model.Path, new ModelFolderOptions { ModelFile = "own/name.onnx" });
        Assert.Equal("own/name.onnx", model.ModelFile);
        Assert.Contains("name.onnx", model.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["cosine"]""", DistanceMetric.Cosine)]
    [InlineData("""[null]""", DistanceMetric.Cosine)]
    [InlineData("""["dot"]""", DistanceMetric.InnerProduct)]
    [InlineData("""["euclidean"]""", DistanceMetric.L2)]
    public void The_metric_is_the_model_s_similarity(string value, DistanceMetric metric)
    {
        Set("config_sentence_transformers.json", "similarity_fn_name", value);
        Assert.Equal(metric, Open().Metric);
    }

    [Fact]
    public void Without_sentence_transformers_settings_there_are_no_prompts_and_the_metric_is_cosine()
    {
        _model.Delete("config_sentence_transformers.json");
        var model = Open();
        Assert.Equal(("", "", DistanceMetric.Cosine), (model.DocumentPrompt, model.QueryPrompt, model.Metric));
    }

    [Theory]
    [InlineData("""{ "query": "q: ", "document": "d: " }""", null, "q: ", "d: ")]
    [InlineData("""{ "query": "q: ", "passage": "p: " }""", null, "q: ", "p: ")]
    [InlineData("""{ "query": "q: ", "corpus": "c: ", "other": "o: " }""", "other", "q: ", "c: ")]
    [InlineData("""{ "other": "o: " }""", "other", "o: ", "o: ")]
    [InlineData("""{ "other": "o: " }""", null, "", "")]
    public void Prompts_are_taken_by_role(string prompts, string? usual, string query, string document)
    {
        _model.Set("config_sentence_transformers.json", "prompts", JsonNode.Parse(prompts));
        _model.Set("config_sentence_transformers.json", "default_prompt_name", usual);
        var model = Open();
        Assert.Equal(query, model.PromptFor(TextRole.Query));
        Assert.Equal(document, model.PromptFor(TextRole.Document));
    }

    [Theory]
    [InlineData("""{ "embedding_dimension": 4, "pooling_mode": "cls" }""", PoolingMode.Cls)]
    [InlineData("""{ "word_embedding_dimension": 4, "pooling_mode_cls_token": true }""", PoolingMode.Cls)]
    [InlineData("""{ "embedding_dimension": 4, "pooling_mode": "mean", "include_prompt": true }""", PoolingMode.Mean)]
    [InlineData("""{ "embedding_dimension": 4, "pooling_mode": "max" }""", PoolingMode.Max)]
    [InlineData("""{ "embedding_dimension": 4, "pooling_mode": "lasttoken" }""", PoolingMode.LastToken)]
    [InlineData("""{ "embedding_dimension": 4, "pooling_mode": "weightedmean" }""", PoolingMode.WeightedMean)]
    [InlineData("""{ "embedding_dimension": 4, "pooling_mode": "mean_sqrt_len_tokens" }""", PoolingMode.MeanSqrtLen)]
    [InlineData(
        """{ "embedding_dimension": 4, "pooling_mode": ["cls", "mean"] }""", PoolingMode.Cls | PoolingMode.Mean)]
    [InlineData(
        """
        {
          "word_embedding_dimension": 4, "pooling_mode_lasttoken": true, "pooling_mode_mean_tokens": true,
          "pooling_mode_max_tokens": true, "pooling_mode_cls_token": false
        }
        """,
        PoolingMode.Max | PoolingMode.Mean | PoolingMode.LastToken)]
    public void Pooling_is_read_in_the_older_and_the_newer_form(string config, PoolingMode pooling)
    {
        _model.Write("1_Pooling/config.json", config);
        var model = Open();
        Assert.Equal(pooling, model.Pooling);
        Assert.Equal(4 * $"{pooling}".Split(',').Length, model.Dimensions);
    }

    [Fact]
    public void The_length_limit_is_the_smallest_that_is_said()
    {
        Assert.Equal(16, Open().MaxTokens);
        _model.Delete("sentence_bert_config.json");
        Assert.Equal(64, Open().MaxTokens);
        _model.Write("tokenizer_config.json", """{ "model_max_length": 32 }""");
        Assert.Equal(32, Open().MaxTokens);
        _model.Write("tokenizer_config.json", """{ "model_max_length": 1000000000000000019884624838656 }""");
        Assert.Equal(64, Open().MaxTokens);
        Assert.Equal(8, ModelFolder.Open(_model.Path, new ModelFolderOptions { MaxTokens = 8 }).MaxTokens);
    }

    [Fact]
    public void Older_folders_with_the_transformer_in_a_folder_of_its_own_are_read()
    {
        foreach (var file in (string[])["config.json", "tokenizer.json", "sentence_bert_config.json"])
        {
            _model.Write($"0_Transformer/{file}", File.ReadAllText(Path.Combine(_model.Path, file)));
            _model.Delete(file);
        }

        _model.Set("modules.json", "0/path", "0_Transformer");
        Assert.Equal(16, Open().MaxTokens);
    }

    [Fact]
    public void A_given_name_and_version_are_kept()
    {
        var model = ModelFolder.Open(_model.Path, new ModelFolderOptions { Name = "tiny", Version = "3" });
        Assert.Equal("tiny@3", model.FullName);
    }

    [Theory]
    [InlineData("modules.json", "has no modules.json")]
    [InlineData("1_Pooling/config.json", "says how token vectors are pooled")]
    [InlineData("config.json", "there is no file")]
    [InlineData("tokenizer.json", "has no tokenizer")]
    [InlineData("model.onnx", "has no ONNX file: looked for model.onnx, onnx/model.onnx, onnx/model_quantized.onnx")]
    public void A_missing_file_is_named_with_the_remedy(string file, string message)
    {
        _model.Delete(file);
        var error = Assert.Throws<PgEmbedException>(Open);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    [Theory]
    [InlineData("modules.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("config.json")]
    [InlineData("sentence_bert_config.json")]
    [InlineData("config_sentence_transformers.json")]
    [InlineData("tokenizer.json")]
    public void A_broken_file_is_named(string file)
    {
        _model.Write(file, "{ \"half\": ");
        var error = Assert.Throws<PgEmbedException>(Open);
        Assert.Contains(file.Replace('/', Path.DirectorySeparatorChar), error.Message, StringComparison.Ordinal);
        Assert.Contains("is not JSON", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("modules.json", "2/type", "\"sentence_transformers.models.LSTM\"", "got Transformer, Pooling, LSTM")]
    [InlineData("modules.json", "0/type", "\"custom_st.Transformer\"", "the module 'custom_st.Transformer'")]
    [InlineData("modules.json", "0/type", "1", "expected 'type' to be a text, got 1")]
    [InlineData("modules.json", "1/path", "\"../other\"", "'../other' leads out of the model folder")]
    [InlineData("modules.json", "1/path", "\"/etc\"", "'/etc' leads out of the model folder")]
    [InlineData("1_Pooling/config.json", "pooling_mode_mean_tokens", "false", "expected a pooling mode, got none")]
    [InlineData("1_Pooling/config.json", "pooling_mode_new", "true", "'pooling_mode_new' is not supported")]
    [InlineData("1_Pooling/config.json", "pooling_mode", "[]", "expected a pooling mode, got none")]
    [InlineData("1_Pooling/config.json", "pooling_mode", "[\"mean\", \"cls\"]", "once, in the order cls, max, mean")]
    [InlineData("1_Pooling/config.json", "pooling_mode", "[\"mean\", \"mean\"]", "each pooling mode once")]
    [InlineData("1_Pooling/config.json", "pooling_mode", "[1]", "'1' is not supported")]
    [InlineData("1_Pooling/config.json", "pooling_mode", "\"new\"", "'new' is not supported")]
    [InlineData("1_Pooling/config.json", "word_embedding_dimension", "null", "'word_embedding_dimension'")]
    [InlineData("1_Pooling/config.json", "word_embedding_dimension", "16001", "1 to 16000 dimensions, got 16001")]
    [InlineData("config_sentence_transformers.json", "similarity_fn_name", "\"manhattan\"", "'manhattan' is not")]
    [InlineData("config_sentence_transformers.json", "default_prompt_name", "\"query\"", "default prompt 'query'")]
    [InlineData("sentence_bert_config.json", "max_seq_length", "65", "to be at most 64, config.json's max_position")]
    [InlineData("sentence_bert_config.json", "max_seq_length", "2", "above the 2 special tokens, got 2")]
    [InlineData("sentence_bert_config.json", "do_lower_case", "1", "expected 'do_lower_case' to be true or false")]
    [InlineData("sentence_bert_config.json", "transformer_task", "\"fill-mask\"", "the task 'fill-mask' is not")]
    [InlineData("sentence_bert_config.json", "modality_config", "{ \"message\": {} }", "put into a chat's form")]
    [InlineData("sentence_bert_config.json", "query_expansion", "{}", "'query_expansion' is not supported")]
    [InlineData("sentence_bert_config.json", "document_length", "8", "'document_length' is not supported")]
    [InlineData("config.json", "vocab_size", "55", "ids up to 55, config.json's vocab_size ends at 54")]
    [InlineData("config.json", "vocab_size", "null", "expected 'vocab_size' to be a number, got none")]
    [InlineData("tokenizer.json", "model/vocab/zz", "70", "does not fit the model: it has ids up to 70")]
    public void What_does_not_fit_or_is_not_supported_is_refused_by_name(
        string file, string place, string value, string message)
    {
        Set(file, place, $"[{value}]");
        var error = Assert.Throws<PgEmbedException>(Open);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_vocabulary_beyond_the_file_s_own_embedding_table_is_refused()
    {
        Set("config.json", "vocab_size", "[1000]");
        Set("tokenizer.json", "model/vocab/zz", "[56]");
        var error = Assert.Throws<PgEmbedException>(Open);
        Assert.Contains(
            "ids up to 56, the ONNX file's token embedding ends at 55", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tokenizer_without_a_padding_token_is_refused()
    {
        _model.Write("tokenizer_config.json", """{ "pad_token": "<pad>" }""");
        var error = Assert.Throws<PgEmbedException>(Open);
        Assert.Contains("pad_token", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prompts_left_out_of_pooling_are_refused_where_the_first_token_is_pooled()
    {
        Set("1_Pooling/config.json", "include_prompt", "[false]");
        Set("1_Pooling/config.json", "pooling_mode_cls_token", "[true]");
        Assert.Equal(16, Open().MaxTokens);
        _model.Set("config_sentence_transformers.json", "prompts", JsonNode.Parse("""{ "query": "q: " }"""));
        var error = Assert.Throws<PgEmbedException>(Open);
        Assert.Contains("include_prompt false", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("roberta", "1", 62)]
    [InlineData("xlm-roberta", "null", 62)]
    [InlineData("mpnet", "3", 60)]
    [InlineData("bert", "1", 64)]
    public void Models_that_count_positions_from_behind_the_padding_token_read_so_many_tokens_less(
        string type, string padId, int limit)
    {
        _model.Delete("sentence_bert_config.json");
        _model.Set("config.json", "model_type", type);
        Set("config.json", "pad_token_id", $"[{padId}]");
        Assert.Equal(limit, Open().MaxTokens);
    }

    [Fact]
    public void Fewer_dimensions_are_another_space_of_the_same_model()
    {
        var whole = Open();
        var first = ModelFolder.Open(_model.Path, new ModelFolderOptions { Dimensions = 3 });
        Assert.Equal(3, first.Dimensions);
        Assert.Equal(whole.Fingerprint, first.Fingerprint);
        Assert.Equal(4, ModelFolder.Open(_model.Path, new ModelFolderOptions { Dimensions = 4 }).Dimensions);
        var error = Assert.Throws<PgEmbedException>(
            () => ModelFolder.Open(_model.Path, new ModelFolderOptions { Dimensions = 5 }));
        Assert.Contains("to be 1 to the model's 4, got 5", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_any_length_limit_is_refused()
    {
        _model.Delete("sentence_bert_config.json");
        Set("config.json", "max_position_embeddings", "[null]");
        var error = Assert.Throws<PgEmbedException>(Open);
        Assert.Contains("max_seq_length", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        var path = Path.Combine(_model.Path, "nowhere");
        var error = Assert.Throws<PgEmbedException>(() => ModelFolder.Open(path));
        Assert.Contains($"There is no model folder {path}", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("missing.onnx", "there is no file")]
    [InlineData("../model.onnx", "leads out of the model folder")]
    [InlineData("/model.onnx", "leads out of the model folder")]
    [InlineData("a\0b", "is not a path")]
    [InlineData("", "Expected ModelFile")]
    public void A_named_file_must_be_in_the_folder(string file, string message)
    {
        var error = Assert.Throws<PgEmbedException>(
            () => ModelFolder.Open(_model.Path, new ModelFolderOptions { ModelFile = file }));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("config.json")]
    [InlineData("tokenizer.json")]
    [InlineData("1_Pooling/config.json")]
    [InlineData("model.onnx")]
    [InlineData("sentence_bert_config.json")]
    [InlineData("config_sentence_transformers.json")]
    public void A_link_out_of_the_folder_is_not_followed(string file)
    {
        using var outside = new TemporaryFolder();
        var path = Path.Combine(_model.Path, file);
        File.Move(path, outside.File("kept"));
        File.CreateSymbolicLink(path, outside.File("kept"));
        AssertRefused();
        // A folder that is itself reached by a link is as good as any.
        File.Delete(path);
        File.Move(outside.File("kept"), path);
        ModelFolder.Open(_model.Path);
        Directory.CreateSymbolicLink(outside.File("link"), _model.Path);
        ModelFolder.Open(outside.File("link"));
        Directory.Delete(outside.File("link"));

        void AssertRefused() => Assert.Contains(
            "is a link that leads out of it",
            Assert.Throws<PgEmbedException>(() => ModelFolder.Open(_model.Path)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_settings_file_that_is_far_too_large_is_refused_unread()
    {
        using (var file = File.OpenWrite(Path.Combine(_model.Path, "tokenizer.json")))
            file.SetLength(1L << 33);
        var error = Assert.Throws<PgEmbedException>(() => ModelFolder.Open(_model.Path));
        Assert.Contains("tokenizer.json has 8589934592 bytes", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_named()
    {
        ModelFolderOptions[] wrong =
        [
            new() { MaxTokens = 0 }, new() { MaxTokens = 17 }, new() { MaxTokens = 2 }, new() { Name = "a@b" },
            new() { Name = "" }, new() { Name = "a b" }, new() { Version = "1@2" }, new() { Dimensions = 0 },
            new() { Layer = 0 }, new() { Layer = 1 },
        ];
        foreach (var options in wrong)
            Assert.Throws<PgEmbedException>(() => ModelFolder.Open(_model.Path, options));
    }

    [Fact]
    public void A_folder_whose_name_can_t_be_a_model_s_asks_for_one()
    {
        var path = $"{_model.Path} copy";
        Directory.Move(_model.Path, path);
        try
        {
            var error = Assert.Throws<PgEmbedException>(() => ModelFolder.Open(path));
            Assert.Contains("Give the model a name", error.Message, StringComparison.Ordinal);
            Assert.Equal("tiny", ModelFolder.Open(path, new ModelFolderOptions { Name = "tiny" }).Name);
        }
        finally
        {
            Directory.Move(path, _model.Path);
        }
    }

    private ModelFolder Open() => ModelFolder.Open(_model.Path);

    /// <summary>Sets a value given as the one element of a JSON list.</summary>
    private void Set(string file, string place, string value) =>
        _model.Set(file, place, JsonNode.Parse(value)!.AsArray()[0]?.DeepClone());
}
