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
            var folder = ModelFolder.Open(Models.FolderOf(parsed.GetValue(model)));
            var source = ModelSource.Read(folder.FullPath);
            if (parsed.GetValue(json))
                terminal.WriteJson(new
                {
                    name = folder.FullName,
                    folder = folder.FullPath,
                    folder.ModelFile,
                    folder.Fingerprint,
                    folder.Dimensions,
                    metric = folder.Metric.ToName(),
                    folder.MaxTokens,
                    folder.Pooling,
                    folder.Normalize,
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
                    ("metric", folder.Metric.ToName()),
                    ("max tokens", folder.MaxTokens.ToString(CultureInfo.InvariantCulture)),
                    ("pooling", folder.Pooling.ToString().ToLowerInvariant()),
                    ("normalized", folder.Normalize ? "yes" : "no"),
                    ("query prompt", folder.QueryPrompt.Length == 0 ? "none" : $"\"{folder.QueryPrompt}\""),
                    ("document prompt", folder.DocumentPrompt.Length == 0 ? "none" : $"\"{folder.DocumentPrompt}\""),
                    ("batches", folder.IsBatchDependent ? "one text at a time: its results depend on the batch" : null));
            return ExitCode.Done;
        });
        return command;
    }
}
