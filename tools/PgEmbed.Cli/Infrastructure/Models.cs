using PgEmbed.Onnx;
using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>Finds and loads models: by folder, or by the name of one in the user's models folder.</summary>
internal static class Models
{
    /// <summary>Where the user keeps models: <c>PGEMBED_MODELS</c>, else beside the user's other data.</summary>
    public static string UserFolder =>
        Environment.GetEnvironmentVariable("PGEMBED_MODELS") is { Length: > 0 } set
            ? set
            : Path.Combine(
                Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "pgembed", "models");

    /// <summary>The models in that folder.</summary>
    public static ModelLibrary Library => new(UserFolder);

    /// <summary>Opens the model that is meant.</summary>
    /// <param name="model">
    /// A folder or a name, and what to take of it, as in <see cref="ModelReference.Form"/>; null for PGEMBED_MODEL, else
    /// the built-in model.
    /// </param>
    public static ModelFolder Open(string? model)
    {
        model ??= Environment.GetEnvironmentVariable("PGEMBED_MODEL") is { Length: > 0 } set ? set : BuiltInModel.Name;
        if (Directory.Exists(model))
            return ModelFolder.Open(model);
        var reference = ModelReference.Parse(model);
        return ModelFolder.Open(FolderOf(reference.Name), reference.Options);
    }

    private static string FolderOf(string model)
    {
        if (Directory.Exists(model))
            return model;
        if (Library.Find(model) is { } kept)
            return kept;
        if (model == BuiltInModel.Name)
            return BuiltInModel.Folder;
        throw new PgEmbedException(
            $"Expected a model folder or the name of a model, got '{model}': there is no such folder, nor one in "
            + $"{UserFolder}.",
            "pgembed model list shows what there is.");
    }

    /// <summary>Loads a model and says which.</summary>
    public static OnnxTextEmbedder Load(string? model, Terminal terminal)
    {
        var embedder = OnnxTextEmbedder.Load(Open(model));
        var layer = embedder.Model.Layer is { } left ? $", layer {left}" : "";
        terminal.Say(
            $"Model: {embedder.Space.Name} ({embedder.Model.ModelFile}{layer}, {embedder.Space.Dimensions} dimensions)");
        return embedder;
    }

    /// <summary>The folders of all models that there are, the built-in first.</summary>
    public static IEnumerable<string> All()
    {
        yield return BuiltInModel.Folder;
        foreach (var name in Library.Names())
            yield return Path.Combine(UserFolder, name);
    }
}
