using System.Globalization;
using System.Text.Json;
using PgEmbed.Onnx.Modules;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Onnx.Models;

/// <summary>
/// A model in a folder laid out as on the Hugging Face hub: read and checked, but not loaded to run.
/// </summary>
public sealed class ModelFolder
{
    // Where exporters put the ONNX file, the most exact one first.
    internal static readonly string[] UsualModelFiles = ["model.onnx", "onnx/model.onnx", "onnx/model_quantized.onnx"];

    private readonly ModelPrompts _prompts;

    private ModelFolder(string folder, ModelFolderOptions options)
    {
        FullPath = folder;
        Modules = ModelModules.Read(folder);
        _prompts = ModelPrompts.Read(folder);
        if (!IncludesPrompt && Pooling.HasFlag(PoolingMode.Cls) && (DocumentPrompt + QueryPrompt).Length > 0)
            throw new PgEmbedException(
                "The model pools its first token (cls) and leaves its prompts out of pooling (include_prompt false): "
                + "which token then is the first is not agreed upon.",
                "Take another model.");
        Dimensions = CheckDimensions(options.Dimensions, Modules.Dimensions);

        ModelFile = options.ModelFile ?? FindModelFile(folder);
        var modelPath = FileIn(folder, ModelFile, nameof(ModelFolderOptions.ModelFile));
        var graph = OnnxGraph.Read(modelPath);
        IsBatchDependent = graph.IsBatchDependent;
        QuantizesActivations = graph.QuantizesActivations;

        var config = JsonPart.ReadFile(FileIn(Modules.TransformerFolder, "config.json", "The model"));
        var layers = ModelLayers.Read(config, graph.Outputs);
        Layers = [.. layers.Numbers];
        (Layer, LayerOutput) = layers.Find(options.Layer);
        Tokenizer = Tokenizer.Load(Modules.TransformerFolder);
        if (ModelLimits.LowercasesFirst(Modules.TransformerFolder))
            Tokenizer = Tokenizer.AfterLowercase();
        CheckVocabulary(Tokenizer, config, graph);
        FirstPosition = ModelLimits.FirstPosition(config);
        MaxTokens = ModelLimits.FindMaxTokens(Modules.TransformerFolder, config, Tokenizer, options.MaxTokens);

        var dataFiles = graph.DataFiles.Select(
            f => (Name: f, Path: FileIn(Path.GetDirectoryName(modelPath)!, f, ModelFile))).ToList();
        HasDataFiles = dataFiles.Count > 0;
        Fingerprint = ContentHash.OfLines(
        [
            "pgembed model 2",
            $"onnx {ContentHash.OfFile(modelPath)}",
            .. dataFiles.Select(f => $"data {JsonSerializer.Serialize(f.Name)} {ContentHash.OfFile(f.Path)}"),
            $"tokenizer {Tokenizer.ContentHash}",
            $"layer {LayerOutput}",
            $"pooling {Pooling}{(IncludesPrompt ? "" : " without prompt")}",
            .. Modules.Steps.Select(step => step.Description),
            string.Create(CultureInfo.InvariantCulture, $"max_tokens {MaxTokens}"),
            $"document_prompt {JsonSerializer.Serialize(DocumentPrompt)}",
            $"query_prompt {JsonSerializer.Serialize(QueryPrompt)}",
        ]);
        Name = options.Name ?? NameOf(folder);
        Version = options.Version ?? Fingerprint[..12];
    }

    /// <summary>The folder's full path.</summary>
    public string FullPath { get; }

    /// <summary>The model's name.</summary>
    public string Name { get; }

    /// <summary>The model's version.</summary>
    public string Version { get; }

    /// <summary>The name and version, <c>name@version</c>.</summary>
    public string FullName => $"{Name}@{Version}";

    /// <summary>The ONNX file that was taken, relative to the folder.</summary>
    public string ModelFile { get; }

    /// <summary>The length of its vectors: the model's, or fewer where that was asked for.</summary>
    public int Dimensions { get; }

    /// <summary>The layer after which the model is left; null where it is run to its end.</summary>
    public int? Layer { get; }

    /// <summary>The layers after which it can be left, in order, its last among them; empty where none is known.</summary>
    public IReadOnlyList<int> Layers { get; }

    /// <summary>How token vectors become a text's.</summary>
    public PoolingMode Pooling => Modules.Pooling.Modes;

    /// <summary>The dimensions that each Dense module behind pooling makes; empty where there is none.</summary>
    public IReadOnlyList<int> DenseDimensions =>
        [.. Modules.Steps.Where(step => step is DenseModule).Select(step => step.Dimensions)];

    /// <summary>Whether vectors are brought to length 1.</summary>
    public bool Normalize => Modules.Normalize;

    /// <summary>How vectors are compared.</summary>
    public DistanceMetric Metric => _prompts.Metric;

    /// <summary>The most tokens of a text, special tokens included; more are cut off.</summary>
    public int MaxTokens { get; }

    /// <summary>What is put before a document; empty for none.</summary>
    public string DocumentPrompt => _prompts.Document;

    /// <summary>What is put before a query; empty for none.</summary>
    public string QueryPrompt => _prompts.Query;

    /// <summary>
    /// Whether the file quantizes while it runs, by the range of the whole batch: it is run one text at a time then.
    /// </summary>
    public bool IsBatchDependent { get; }

    /// <summary>
    /// SHA-256 over what shapes the vectors: ONNX file and its data files, layer, tokenizer, pooling, further modules
    /// with their weights, length limit and prompts. Nothing else in the folder changes it, nor do fewer dimensions.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>The model's tokenizer.</summary>
    public Tokenizer Tokenizer { get; }

    internal bool QuantizesActivations { get; }

    internal ModelModules Modules { get; }

    /// <summary>Whether a prompt's tokens are pooled with the text's.</summary>
    internal bool IncludesPrompt => Modules.Pooling.IncludesPrompt;

    /// <summary>The output to which the ONNX file is cut; null where it is run to its end.</summary>
    internal string? LayerOutput { get; }

    /// <summary>Whether the ONNX file has weights in files beside it.</summary>
    internal bool HasDataFiles { get; }

    /// <summary>What the model counts a text's positions from.</summary>
    internal int FirstPosition { get; }

    /// <summary>Reads and checks a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="options">What to take from it and what to call it; null: as it says itself.</param>
    /// <exception cref="PgEmbedException">
    /// A file is missing or damaged, one does not fit another, or the model has a part that is not supported.
    /// </exception>
    public static ModelFolder Open(string folder, ModelFolderOptions? options = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        options ??= new ModelFolderOptions();
        options.Validate();
        var path = Path.GetFullPath(folder);
        return Directory.Exists(path)
            ? new ModelFolder(path, options)
            : throw new PgEmbedException(
                $"There is no model folder {path}.",
                "Give a folder laid out as on the Hugging Face hub, with an ONNX file.");
    }

    /// <summary>What is put before a text of a role; empty for none.</summary>
    public string PromptFor(TextRole role) => role == TextRole.Query ? QueryPrompt : DocumentPrompt;

    /// <inheritdoc/>
    public override string ToString() => $"{FullName} ({Path.Combine(FullPath, ModelFile)})";

    /// <summary>Something is wrong with the ONNX file.</summary>
    internal PgEmbedException FileError(string message, string? remedy = null) =>
        new($"{ModelFile} of {FullName}: {message}", remedy);

    private static string FindModelFile(string folder) =>
        Array.Find(UsualModelFiles, f => File.Exists(Path.Combine(folder, f)))
        ?? throw new PgEmbedException(
            $"{folder} has no ONNX file: looked for {string.Join(", ", UsualModelFiles)}.",
            "Export the model to ONNX, or name the file to take.");

    private static string FileIn(string folder, string file, string source)
    {
        var path = ModelPath.In(folder, file, source);
        return File.Exists(path)
            ? path
            : throw new PgEmbedException($"{source}: there is no file {path}.", "Fetch the whole model folder again.");
    }

    private static string NameOf(string folder)
    {
        var options = new ModelFolderOptions { Name = new DirectoryInfo(folder).Name };
        try
        {
            options.Validate();
        }
        catch (PgEmbedException e)
        {
            throw new PgEmbedException(
                $"The folder's name '{options.Name}' can't be the model's.", "Give the model a name.", e);
        }

        return options.Name;
    }

    private static void CheckVocabulary(Tokenizer tokenizer, JsonPart config, OnnxGraph graph)
    {
        if (tokenizer.PadId is null)
            throw new PgEmbedException(
                "The tokenizer has no token to fill a batch's shorter texts up with.",
                "Name one in tokenizer_config.json as pad_token.");
        var rows = config.Number("vocab_size");
        var source = "config.json's vocab_size";
        if (graph.RowsLookedUpBy("input_ids") is { } found && found < rows)
            (rows, source) = ((int)found, "the ONNX file's token embedding");
        if (Math.Max(tokenizer.LargestId, tokenizer.PadId.Value) >= rows)
            throw new PgEmbedException(
                $"The vocabulary does not fit the model: it has ids up to {tokenizer.LargestId}, "
                + $"{source} ends at {rows - 1}.",
                "The folder mixes files of two models: fetch one again, whole.");
    }

    private static int CheckDimensions(int? asked, int dimensions) =>
        asked is null || asked <= dimensions
            ? asked ?? dimensions
            : throw new PgEmbedException(
                $"Expected {nameof(ModelFolderOptions.Dimensions)} to be 1 to the model's {dimensions}, got {asked}.");
}
