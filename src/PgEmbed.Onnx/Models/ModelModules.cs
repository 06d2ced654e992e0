using PgEmbed.Onnx.Modules;

namespace PgEmbed.Onnx.Models;

/// <summary>
/// What <c>modules.json</c> and the files that it names say: where the transformer's files are, how its token vectors
/// are pooled, and what is done with the result, step by step.
/// </summary>
internal sealed record ModelModules(
    string TransformerFolder, PoolingModule Pooling, IReadOnlyList<IVectorModule> Steps)
{
    private const string TypePrefix = "sentence_transformers.";

    /// <summary>The length of the vectors that the last step makes.</summary>
    public int Dimensions => Steps.Count == 0 ? Pooling.Dimensions : Steps[^1].Dimensions;

    /// <summary>Whether the last step brings vectors to length 1.</summary>
    public bool Normalize => Steps is [.., Normalization];

    /// <summary>Reads a model folder's files.</summary>
    /// <exception cref="PgEmbedException">A file is missing or damaged, or a module is not supported.</exception>
    public static ModelModules Read(string folder)
    {
        var path = ModelPath.In(folder, "modules.json");
        if (!File.Exists(path))
            throw new PgEmbedException(
                $"{folder} has no modules.json, which says how the model's token vectors become a text's.",
                "Copy modules.json and 1_Pooling/config.json from the model's own page into it.");
        var modules = JsonPart.ReadListFile(path);
        var types = modules.Select(TypeOf).ToList();
        if (types is not ["Transformer", "Pooling", ..] || types.Skip(2).Any(t => t is not ("Dense" or "Normalize")))
            throw new PgEmbedException(
                "modules.json: expected Transformer, Pooling and perhaps Dense and Normalize, "
                + $"got {string.Join(", ", types)}.",
                "Other modules are not supported: take another model.");
        var pooling = PoolingModule.Read(FolderOf(modules[1], folder));
        var steps = new List<IVectorModule>();
        var dimensions = pooling.Dimensions;
        foreach (var (module, type) in modules.Zip(types).Skip(2))
        {
            steps.Add(type == "Dense"
                ? DenseModule.Read(FolderOf(module, folder), dimensions)
                : new Normalization(dimensions));
            dimensions = steps[^1].Dimensions;
        }

        return new ModelModules(FolderOf(modules[0], folder), pooling, steps);
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
}
