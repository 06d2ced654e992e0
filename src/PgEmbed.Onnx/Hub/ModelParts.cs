using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Hub;

/// <summary>
/// Gathers the files that a model needs, and no others, from a folder or a hub: first what says how it is built, then,
/// when that is understood, the ONNX file, then the files of weights that the ONNX file names. Programs, pickles and
/// weights in other formats are never taken.
/// </summary>
internal sealed class ModelParts
{
    // What may stand beside the model or in the folder of one of its modules.
    private static readonly string[] Settings =
    [
        "config.json", "config_sentence_transformers.json", "sentence_bert_config.json", "tokenizer.json",
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "vocab.txt", "vocab.json",
        "merges.txt", "sentencepiece.bpe.model", "spiece.model", "tokenizer.model",
    ];

    // Copies must be accompanied by these.
    private static readonly string[] Licences =
        ["LICENSE", "LICENSE.txt", "LICENSE.md", "NOTICE", "NOTICE.txt", "NOTICE.md"];

    // An ONNX file can name any file as its weights; these are programs, or are read by running what is in them.
    private static readonly string[] NeverTaken = [".py", ".bin", ".pkl", ".pickle", ".pt", ".pth", ".ckpt"];

    private readonly IReadOnlySet<string> _available;
    private readonly string _folder;
    private readonly Func<string, string, Task> _fetch;
    private readonly Dictionary<string, string> _taken = new(StringComparer.Ordinal);

    private ModelParts(IReadOnlySet<string> available, string folder, Func<string, string, Task> fetch)
    {
        _available = available;
        _folder = folder;
        _fetch = fetch;
    }

    /// <summary>Gathers a model.</summary>
    /// <param name="available">The files that there are, by their paths in the model.</param>
    /// <param name="modelFile">The ONNX file to take; null: the first of the usual ones.</param>
    /// <param name="folder">The folder that they go to.</param>
    /// <param name="fetch">Brings a file, named by its path in the model, to a full path.</param>
    /// <returns>The ONNX file, as the source names it, and the paths of all files in the folder.</returns>
    /// <exception cref="PgEmbedException">A file is missing, or the model is of an unsupported kind.</exception>
    public static async Task<(string ModelFile, IReadOnlyCollection<string> Files)> GatherAsync(
        IReadOnlySet<string> available, string? modelFile, string folder, Func<string, string, Task> fetch)
    {
        var parts = new ModelParts(available, folder, fetch);
        modelFile = parts.Choose(modelFile);
        await parts.TakeSettingsAsync().ConfigureAwait(false);

        // Whether the model is of a supported kind is known before its weights are fetched.
        Tokenizer.Load(ModelModules.Read(folder).TransformerFolder);
        await parts.TakeWeightsAsync(modelFile).ConfigureAwait(false);
        return (modelFile, parts._taken.Keys);
    }

    private string Choose(string? modelFile)
    {
        var chosen = modelFile is null
            ? Array.Find(ModelFolder.UsualModelFiles, _available.Contains)
            : _available.Contains(modelFile) ? modelFile : null;
        if (chosen is not null)
            return chosen;
        var others = _available.Where(f => f.EndsWith(".onnx", StringComparison.Ordinal)).Order().Take(20).ToList();
        throw new PgEmbedException(
            $"Expected the ONNX file {modelFile ?? string.Join(" or ", ModelFolder.UsualModelFiles)}, found "
            + (others.Count == 0 ? "no ONNX file at all." : $"{string.Join(", ", others)}."),
            others.Count == 0 ? "Export the model to ONNX, or take another." : "Name one of these (--file).");
    }

    private async Task TakeSettingsAsync()
    {
        foreach (var licence in Licences)
            await TakeAsync(licence).ConfigureAwait(false);
        await TakeAsync("modules.json").ConfigureAwait(false);
        await TakeAsync(KnownAnswers.FileName).ConfigureAwait(false);
        foreach (var (module, type) in Modules())
        {
            foreach (var file in Settings)
                await TakeAsync(HubPath.Join(module, file)).ConfigureAwait(false);
            if (type.EndsWith(".Dense", StringComparison.Ordinal))
                await TakeAsync(HubPath.Join(module, "model.safetensors")).ConfigureAwait(false);
        }
    }

    private IEnumerable<(string Folder, string Type)> Modules()
    {
        yield return ("", "");
        var path = Path.Combine(_folder, "modules.json");
        if (!_taken.ContainsKey("modules.json"))
            yield break;
        foreach (var module in JsonPart.ReadListFile(path))
        {
            var folder = (module.OptionalText("path") ?? "").TrimEnd('/');
            if (folder.Length == 0)
                continue;
            if (!HubPath.IsSafe(folder))
                throw HubPath.Unsafe(folder);
            yield return (folder, module.OptionalText("type") ?? "");
        }
    }

    private async Task TakeWeightsAsync(string modelFile)
    {
        // A file that isn't looked for by its own name takes the place of one that is, its weights beside it.
        var target = ModelFolder.UsualModelFiles.Contains(modelFile) ? modelFile : "onnx/model.onnx";
        await TakeAsync(modelFile, target).ConfigureAwait(false);
        foreach (var data in OnnxGraph.Read(HubPath.In(_folder, target)).DataFiles)
        {
            var source = HubPath.Join(HubPath.FolderOf(modelFile), data);
            if (!HubPath.IsSafe(source))
                throw HubPath.Unsafe(data);
            if (NeverTaken.Contains(Path.GetExtension(data).ToLowerInvariant()))
                throw new PgEmbedException(
                    $"{modelFile} names {data} as its weights, a kind of file that is never taken.",
                    "Take another ONNX file, or export the model again.");
            if (!await TakeAsync(source, HubPath.Join(HubPath.FolderOf(target), data)).ConfigureAwait(false))
                throw new PgEmbedException(
                    $"{modelFile} names {data} as its weights, and there is no {source}.",
                    "Take another ONNX file, or export the model again.");
        }
    }

    private Task<bool> TakeAsync(string path) => TakeAsync(path, path);

    private async Task<bool> TakeAsync(string path, string target)
    {
        if (!_available.Contains(path))
            return false;
        if (_taken.TryAdd(target, path))
            await _fetch(path, HubPath.In(_folder, target)).ConfigureAwait(false);
        else if (_taken[target] != path)
            throw new PgEmbedException($"{path} and {_taken[target]} would both become {target}.");
        return true;
    }
}
