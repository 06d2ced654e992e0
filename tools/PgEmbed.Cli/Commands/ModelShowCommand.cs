using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model show</c>.</summary>
internal static class ModelShowCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = ModelCommand.ModelArgument();
        var json = CommonOptions.Json();
        var command = new Command("show", "Show what a model folder holds.") { model, json };
        command.SetAction(parsed =>
        {
            var folder = Models.Open(parsed.GetValue(model));
            var source = ModelSource.Read(folder.FullPath);
            if (parsed.GetValue(json))
                terminal.WriteJson(new
                {
                    name = folder.FullName,
                    folder = folder.FullPath,
                    folder.ModelFile,
                    folder.Fingerprint,
                    folder.Dimensions,
                    folder.Layer,
                    layers = folder.Layers,
                    metric = folder.Metric.ToName(),
                    folder.MaxTokens,
                    folder.Pooling,
                    folder.DenseDimensions,
                    folder.Normalize,
                    truncates = folder.Tokenizer.TruncatesLeft ? "start" : "end",
                    folder.QueryPrompt,
                    folder.DocumentPrompt,
                    folder.IsBatchDependent,
                    source,
                });
            else
                terminal.WriteFacts(
                    ("model", folder.FullName),
                    ("folder", folder.FullPath),
                    ("from", source?.ToString()),
                    ("ONNX file", folder.ModelFile),
                    ("fingerprint", folder.Fingerprint),
                    ("dimensions", folder.Dimensions.ToString(CultureInfo.InvariantCulture)),
                    ("layer", folder.Layer?.ToString(CultureInfo.InvariantCulture)),
                    ("can be left after", folder.Layers.Count > 1 ? $"layer {string.Join(", ", folder.Layers)}" : null),
                    ("metric", folder.Metric.ToName()),
                    ("max tokens", string.Create(
                        CultureInfo.InvariantCulture,
                        $"{folder.MaxTokens}; longer texts lose their {(folder.Tokenizer.TruncatesLeft ? "start" : "end")}")),
                    ("pooling", folder.Pooling.ToString().ToLowerInvariant()),
                    ("dense layers", folder.DenseDimensions.Count > 0
                        ? $"to {string.Join(", then ", folder.DenseDimensions)} dimensions"
                        : null),
                    ("normalized", folder.Normalize ? "yes" : "no"),
                    ("query prompt", folder.QueryPrompt.Length == 0 ? "none" : $"\"{folder.QueryPrompt}\""),
                    ("document prompt", folder.DocumentPrompt.Length == 0 ? "none" : $"\"{folder.DocumentPrompt}\""),
                    ("batches", folder.IsBatchDependent ? "one text at a time: its results depend on the batch" : null));
            return ExitCode.Done;
        });
        return command;
    }
}
