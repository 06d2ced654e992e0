using System.Globalization;

namespace PgEmbed.Onnx.Models;

/// <summary>The layers after which a model can be left: those that its ONNX file has outputs of, and the last.</summary>
internal sealed class ModelLayers
{
    private static readonly string[] Prefixes = ["hidden_state_", "hidden_states."];

    private readonly SortedDictionary<int, string?> _outputs = [];

    private ModelLayers()
    {
    }

    /// <summary>Finds a model's layers.</summary>
    /// <param name="config">The model's <c>config.json</c>.</param>
    /// <param name="outputs">The names of the ONNX file's outputs.</param>
    public static ModelLayers Read(JsonPart config, IEnumerable<string> outputs)
    {
        var layers = new ModelLayers();
        foreach (var output in outputs)
        {
            var prefix = Array.Find(Prefixes, p => output.StartsWith(p, StringComparison.Ordinal));
            // An output 0 is what goes into the first layer.
            if (prefix is not null
                && int.TryParse(output[prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out var layer)
                && layer > 0)
                layers._outputs.TryAdd(layer, output);
        }

        // The last layer's output is the model's own: there is nothing to cut.
        if ((config.OptionalNumber("num_hidden_layers") ?? config.OptionalNumber("n_layers")) is { } last and > 0)
            layers._outputs[last] = null;
        return layers;
    }

    /// <summary>The layers after which the model can be left, its last among them; empty where none is known.</summary>
    public IReadOnlyCollection<int> Numbers => _outputs.Keys;

    /// <summary>The layer that is asked for and its output; null and null for the model's end.</summary>
    /// <exception cref="PgEmbedException">The model can't be left there.</exception>
    public (int? Layer, string? Output) Find(int? asked)
    {
        if (asked is null)
            return (null, null);
        if (!_outputs.TryGetValue(asked.Value, out var output))
            throw new PgEmbedException(
                $"Expected {nameof(ModelFolderOptions.Layer)} to be one that the model can be left after "
                + $"({(_outputs.Count == 0 ? "none" : string.Join(", ", _outputs.Keys))}), got {asked}.",
                "Export the model with an output of each layer, or run it to its end.");
        return output is null ? (null, null) : (asked, output);
    }
}
