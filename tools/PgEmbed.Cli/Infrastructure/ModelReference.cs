using System.Globalization;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Cli.Infrastructure;

/// <summary>
/// A model as a user names it: a folder or a name, and behind a colon what to take of it, as in
/// <c>mini:dims=192,layer=2</c>.
/// </summary>
/// <param name="Name">The folder or name.</param>
/// <param name="Options">What to take of it.</param>
internal sealed record ModelReference(string Name, ModelFolderOptions Options)
{
    /// <summary>What may stand behind the colon.</summary>
    public const string Form = "MODEL[:dims=N,layer=N,max-tokens=N,file=PATH]";

    private static readonly string[] Keys = ["dims=", "layer=", "max-tokens=", "file="];

    /// <summary>Reads a reference.</summary>
    /// <exception cref="UsageException">A setting has no number, or comes twice.</exception>
    public static ModelReference Parse(string text)
    {
        // Folders may have colons in their names: only one that a setting stands behind is meant.
        var colon = text.LastIndexOf(':');
        if (colon < 0 || !Array.Exists(Keys, key => text.AsSpan(colon + 1).StartsWith(key, StringComparison.Ordinal)))
            return new ModelReference(text, new ModelFolderOptions());
        var options = new ModelFolderOptions();
        var seen = new HashSet<string>();
        foreach (var setting in text[(colon + 1)..].Split(','))
        {
            var key = Array.Find(Keys, key => setting.StartsWith(key, StringComparison.Ordinal));
            if (key is null || !seen.Add(key))
                throw new UsageException($"Expected a model as {Form}, got '{text}'.");
            Set(options, key, setting[key.Length..]);
        }

        return new ModelReference(text[..colon], options);
    }

    private static void Set(ModelFolderOptions options, string key, string value)
    {
        switch (key)
        {
            case "dims=":
                options.Dimensions = Number(key, value);
                break;
            case "layer=":
                options.Layer = Number(key, value);
                break;
            case "max-tokens=":
                options.MaxTokens = Number(key, value);
                break;
            default:
                options.ModelFile = value.Length > 0
                    ? value
                    : throw new UsageException("Expected file= to name an ONNX file of the model, got nothing.");
                break;
        }
    }

    private static int Number(string key, string value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new UsageException($"Expected {key} to be a whole number from 1, got '{value}'.");
}
