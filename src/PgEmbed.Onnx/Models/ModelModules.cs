namespace PgEmbed.Onnx.Models;

/// <summary>
/// What <c>modules.json</c> and the files that it names say: where the transformer's files are, how its token vectors
/// are pooled, and whether the result is normalized.
/// </summary>
internal sealed record ModelModules(
    string TransformerFolder, PoolingMode Pooling, int Dimensions, bool IncludesPrompt, bool Normalize)
{
    private const string TypePrefix = "sentence_transformers.";

    // The older form says each mode by a flag, the newer one by a word.
    private static readonly (string Flag, string Word, PoolingMode? Mode)[] PoolingModes =
    [
        ("pooling_mode_cls_token", "cls", PoolingMode.Cls),
        ("pooling_mode_mean_tokens", "mean", PoolingMode.Mean),
        ("pooling_mode_max_tokens", "max", null),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", null),
        ("pooling_mode_weightedmean_tokens", "weightedmean", null),
        ("pooling_mode_lasttoken", "lasttoken", null),
    ];

    /// <summary>Reads a model folder's files.</summary>
    /// <exception cref="PgEmbedException">A file is missing or damaged, or a module is not supported.</exception>
    public static ModelModules Read(string folder)
    {
        var path = Path.Combine(folder, "modules.json");
        if (!File.Exists(path))
            throw new PgEmbedException(
                $"{folder} has no modules.json, which says how the model's token vectors become a text's.",
                "Copy modules.json and 1_Pooling/config.json from the model's own page into it.");
        var modules = JsonPart.ReadListFile(path);
        var types = modules.Select(TypeOf).ToList();
        if (types is not (["Transformer", "Pooling"] or ["Transformer", "Pooling", "Normalize"]))
            throw new PgEmbedException(
                $"modules.json: expected Transformer, Pooling and perhaps Normalize, got {string.Join(", ", types)}.",
                "Other modules are not supported: take another model.");
        var (pooling, dimensions, includesPrompt) = ReadPooling(FolderOf(modules[1], folder));
        return new ModelModules(
            FolderOf(modules[0], folder), pooling, dimensions, includesPrompt, types.Contains("Normalize"));
    }

    private static string TypeOf(JsonPart module)
    {
        // Anything else is code of the model's own.
        var type = module.Text("type");
        return type.StartsWith(TypePrefix, StringComparison.Ordinal)
            ? type[(type.LastIndexOf('.') + 1)..]
            : throw module.Error($"the module '{type}' is not supported.", "Take another model.");
    }

    private static string FolderOf(JsonPart module, string folder) =>
        ModelPath.In(folder, module.OptionalText("path") ?? "", module.Place);

    private static (PoolingMode Mode, int Dimensions, bool IncludesPrompt) ReadPooling(string folder)
    {
        var path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
            throw new PgEmbedException(
                $"{path} is missing, which says how token vectors are pooled.",
                "Copy it from the model's own page.");
        var config = JsonPart.ReadFile(path);
        var dimensions = config.OptionalNumber("embedding_dimension") ?? config.Number("word_embedding_dimension");
        return (PoolingOf(config), dimensions, config.OptionalFlag("include_prompt") ?? true);
    }

    private static PoolingMode PoolingOf(JsonPart config)
    {
        List<string> wanted = config.OptionalText("pooling_mode") is { } word
            ? [word]
            : [.. config.Names().Where(n => n.StartsWith("pooling_mode_", StringComparison.Ordinal) && config.Flag(n))];
        if (wanted.Count != 1)
            throw config.Error($"expected one pooling mode, got {wanted.Count}: {string.Join(", ", wanted)}.");
        return Array.Find(PoolingModes, m => m.Flag == wanted[0] || m.Word == wanted[0]).Mode
            ?? throw config.Error(
                $"the pooling mode '{wanted[0]}' is not supported, only cls and mean.", "Take another model.");
    }
}
