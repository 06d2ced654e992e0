using System.Numerics;
using System.Text.Json;

namespace PgEmbed.Onnx.Models;

/// <summary>What the Pooling module's <c>config.json</c> says.</summary>
/// <param name="Modes">How token vectors become a text's.</param>
/// <param name="TokenDimensions">The length of a token's vector.</param>
/// <param name="IncludesPrompt">Whether a prompt's tokens are pooled too.</param>
internal sealed record PoolingModule(PoolingMode Modes, int TokenDimensions, bool IncludesPrompt)
{
    // The older form says each mode by a flag, the newer one all by a word or a list of words.
    private static readonly (string Flag, string Word, PoolingMode Mode)[] Known =
    [
        ("pooling_mode_cls_token", "cls", PoolingMode.Cls),
        ("pooling_mode_max_tokens", "max", PoolingMode.Max),
        ("pooling_mode_mean_tokens", "mean", PoolingMode.Mean),
        ("pooling_mode_mean_sqrt_len_tokens", "mean_sqrt_len_tokens", PoolingMode.MeanSqrtLen),
        ("pooling_mode_weightedmean_tokens", "weightedmean", PoolingMode.WeightedMean),
        ("pooling_mode_lasttoken", "lasttoken", PoolingMode.LastToken),
    ];

    /// <summary>The length of the pooled vector: a token's for each mode.</summary>
    public int Dimensions => TokenDimensions * BitOperations.PopCount((uint)Modes);

    /// <summary>Reads a module's folder.</summary>
    /// <exception cref="PgEmbedException">The file is missing or damaged, or pools in an unknown way.</exception>
    public static PoolingModule Read(string folder)
    {
        var path = ModelPath.In(folder, "config.json");
        if (!File.Exists(path))
            throw new PgEmbedException(
                $"There is no {path}, which says how token vectors are pooled.",
                "Copy the model's modules.json and the folders that it names, whole.");
        var config = JsonPart.ReadFile(path);
        var dimensions = config.OptionalNumber("embedding_dimension") ?? config.Number("word_embedding_dimension");
        if (dimensions is < 1 or > VectorSpace.MaxDimensions)
            throw config.Error($"expected vectors of 1 to {VectorSpace.MaxDimensions} dimensions, got {dimensions}.");
        var module = new PoolingModule(
            ModesOf(config), dimensions, config.OptionalFlag("include_prompt") ?? true);
        return module.Dimensions <= VectorSpace.MaxDimensions
            ? module
            : throw config.Error(
                $"expected {module.Modes} together to make at most {VectorSpace.MaxDimensions} dimensions, "
                + $"got {module.Dimensions}.");
    }

    private static PoolingMode ModesOf(JsonPart config)
    {
        var modes = PoolingMode.None;
        foreach (var mode in WordsOf(config).Select(word => ModeOf(config, word)))
        {
            if (mode <= modes)
                throw config.Error(
                    $"expected each pooling mode once, in the order {string.Join(", ", Known.Select(m => m.Word))}.",
                    "Other combinations are not supported: take another model.");
            modes |= mode;
        }

        return modes != PoolingMode.None ? modes : throw config.Error("expected a pooling mode, got none.");
    }

    private static IEnumerable<string> WordsOf(JsonPart config)
    {
        if (!config.Names().Contains("pooling_mode"))
        {
            var flags = config.Names().Where(n => n.StartsWith("pooling_mode_", StringComparison.Ordinal));
            // In the order of the modes; an unknown one that is set comes last and is refused.
            return flags.Where(config.Flag).OrderBy(f => (uint)Array.FindIndex(Known, m => m.Flag == f));
        }

        return config.Element.GetProperty("pooling_mode").ValueKind == JsonValueKind.Array
            ? config.Values("pooling_mode").Select(v => v.ValueKind == JsonValueKind.String ? v.GetString()! : $"{v}")
            : [config.Text("pooling_mode")];
    }

    private static PoolingMode ModeOf(JsonPart config, string word)
    {
        var mode = Array.Find(Known, m => m.Flag == word || m.Word == word).Mode;
        return mode != PoolingMode.None
            ? mode
            : throw config.Error(
                $"the pooling mode '{word}' is not supported, only {string.Join(", ", Known.Select(m => m.Word))}.",
                "Take another model.");
    }
}
