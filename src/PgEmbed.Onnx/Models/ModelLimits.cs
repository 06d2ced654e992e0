using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Models;

/// <summary>What a model reads, as its files say: how many tokens, and whether in lower case.</summary>
internal static class ModelLimits
{
    // These count positions from behind the padding token's id, which takes that many of them away.
    private static readonly HashSet<string> PositionsBehindPadding =
    [
        "camembert", "data2vec-text", "ibert", "longformer", "mpnet", "roberta", "roberta-prelayernorm", "xlm-roberta",
        "xlm-roberta-xl", "xmod",
    ];

    /// <summary>The position of a text's first token.</summary>
    public static int FirstPosition(JsonPart config) =>
        config.OptionalText("model_type") is { } type && PositionsBehindPadding.Contains(type)
            ? (config.OptionalNumber("pad_token_id") ?? 1) + 1
            : 0;

    /// <summary>The most tokens of a text, special tokens included.</summary>
    /// <param name="folder">The transformer's folder.</param>
    /// <param name="config">Its <c>config.json</c>.</param>
    /// <param name="tokenizer">Its tokenizer.</param>
    /// <param name="asked">A smaller limit that is asked for; null for none.</param>
    /// <exception cref="PgEmbedException">The files say nothing, or what can't be, or more is asked for.</exception>
    public static int FindMaxTokens(string folder, JsonPart config, Tokenizer tokenizer, int? asked)
    {
        var settings = ReadSettings(folder);
        if (settings is not null)
            RefuseUnsupported(settings);
        var positions = config.OptionalNumber("max_position_embeddings");
        var limit = settings?.OptionalNumber("max_seq_length");
        if (limit > positions)
            throw settings!.Error(
                $"expected 'max_seq_length' to be at most {positions}, config.json's max_position_embeddings, "
                + $"got {limit}.");
        var lengths = new[]
        {
            limit ?? TokenizerConfig.Read(folder).MaxLength ?? tokenizer.MaxLength, positions - FirstPosition(config),
        };
        limit = lengths.Min() ?? throw new PgEmbedException(
            "The model folder says nowhere how many tokens the model reads.",
            "Write max_seq_length into sentence_bert_config.json.");
        if (asked > limit)
            throw new PgEmbedException(
                $"Expected {nameof(ModelFolderOptions.MaxTokens)} to be at most the model's {limit}, got {asked}.");
        limit = asked ?? limit;
        return limit > tokenizer.SpecialTokenCount
            ? limit.Value
            : throw new PgEmbedException(
                $"Expected a length limit above the {tokenizer.SpecialTokenCount} special tokens, got {limit}.");
    }

    /// <summary>Whether a text is put into lower case before it is tokenized.</summary>
    /// <param name="folder">The transformer's folder.</param>
    /// <exception cref="PgEmbedException">A file is damaged.</exception>
    public static bool LowercasesFirst(string folder) => ReadSettings(folder)?.OptionalFlag("do_lower_case") ?? false;

    private static JsonPart? ReadSettings(string folder)
    {
        var path = ModelPath.In(folder, "sentence_bert_config.json");
        return File.Exists(path) ? JsonPart.ReadFile(path) : null;
    }

    private static void RefuseUnsupported(JsonPart settings)
    {
        if (settings.OptionalText("transformer_task") is { } task and not "feature-extraction")
            throw settings.Error(
                $"the task '{task}' is not supported, only feature-extraction.", "Take another model.");
        if (settings.OptionalObject("modality_config")?.Names().Contains("message") == true)
            throw settings.Error(
                "texts that are put into a chat's form ('modality_config' with 'message') are not supported.",
                "Take another model.");
        foreach (var name in (string[])["query_length", "document_length", "query_expansion"])
        {
            if (settings.Names().Contains(name))
                throw settings.Error($"'{name}' is not supported.", "Take another model.");
        }
    }
}
