namespace PgEmbed.Onnx.Models;

/// <summary>
/// What <c>config_sentence_transformers.json</c> says: the prompts that stand before a text by its role, the metric.
/// </summary>
internal sealed record ModelPrompts(string Document, string Query, DistanceMetric Metric)
{
    private static readonly string[] DocumentPrompts = ["document", "passage", "corpus"];

    /// <summary>Reads a model folder's file; without one there are no prompts and the metric is cosine.</summary>
    /// <exception cref="PgEmbedException">It is damaged, or has a value that is not supported.</exception>
    public static ModelPrompts Read(string folder)
    {
        var path = ModelPath.In(folder, "config_sentence_transformers.json");
        if (!File.Exists(path))
            return new ModelPrompts("", "", DistanceMetric.Cosine);
        var config = JsonPart.ReadFile(path);
        var prompts = config.OptionalObject("prompts");
        var usual = "";
        if (config.OptionalText("default_prompt_name") is { } name)
        {
            usual = prompts?.OptionalText(name)
                ?? throw config.Error($"the default prompt '{name}' is not among the prompts.");
        }

        var document = DocumentPrompts.Select(role => prompts?.OptionalText(role)).FirstOrDefault(p => p is not null);
        return new ModelPrompts(document ?? usual, prompts?.OptionalText("query") ?? usual, MetricOf(config));
    }

    private static DistanceMetric MetricOf(JsonPart config) => config.OptionalText("similarity_fn_name") switch
    {
        null or "cosine" => DistanceMetric.Cosine,
        "dot" or "dot_product" => DistanceMetric.InnerProduct,
        "euclidean" => DistanceMetric.L2,
        var other => throw config.Error(
            $"the similarity '{other}' is not supported, only cosine, dot and euclidean.", "Take another model."),
    };
}
