using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Models;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model</c>: the models that there are, what is in one, and whether it works.</summary>
internal static class ModelCommand
{
    public static Command Create(Terminal terminal) => new("model", "Embedding models.")
    {
        List(terminal),
        Show(terminal),
        Verify(terminal),
    };

    private static Command List(Terminal terminal)
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "List the built-in model and those in the models folder.") { json };
        command.SetAction(parsed =>
        {
            var models = new List<(string Folder, ModelFolder? Model, string? Fault)>();
            foreach (var folder in Models.All())
            {
                try
                {
                    models.Add((folder, ModelFolder.Open(folder), null));
                }
                catch (PgEmbedException e)
                {
                    models.Add((folder, null, e.Message));
                }
            }

            if (parsed.GetValue(json))
            {
                terminal.WriteJson(models.Select(m => new
                {
                    folder = m.Folder,
                    name = m.Model?.FullName,
                    dimensions = m.Model?.Dimensions,
                    max_tokens = m.Model?.MaxTokens,
                    fault = m.Fault,
                }));
                return ExitCode.Done;
            }

            var table = new Table().Border(TableBorder.Simple).AddColumns("model", "dimensions", "max tokens", "folder");
            foreach (var (folder, model, fault) in models)
            {
                string[] cells =
                [
                    model?.FullName ?? Path.GetFileName(folder),
                    model?.Dimensions.ToString(CultureInfo.InvariantCulture) ?? "",
                    model?.MaxTokens.ToString(CultureInfo.InvariantCulture) ?? "",
                    fault ?? folder,
                ];
                table.AddRow(cells.Select(Markup.Escape).ToArray());
            }

            terminal.OutputConsole.Write(table);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var model = ModelArgument();
        var json = CommonOptions.Json();
        var command = new Command("show", "Show what a model folder holds.") { model, json };
        command.SetAction(parsed =>
        {
            var folder = ModelFolder.Open(Models.FolderOf(parsed.GetValue(model)));
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
                });
            else
                terminal.WriteFacts(
                    ("model", folder.FullName),
                    ("folder", folder.FullPath),
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

    private static Command Verify(Terminal terminal)
    {
        var model = ModelArgument();
        var json = CommonOptions.Json();
        var command = new Command("verify", "Run a model and check what it makes. Exit code 1 where a check fails.")
        {
            model,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var checks = await ModelVerification.RunAsync(embedder, cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(checks);
            else
                foreach (var check in checks)
                    terminal.Output.WriteLine($"{(check.Passed ? "ok  " : "FAIL")}  {check.Name}: {check.Detail}");
            return checks.All(check => check.Passed) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Argument<string?> ModelArgument() => new("model")
    {
        Description = "A model folder, or the name of a model. Default: PGEMBED_MODEL, else the built-in model.",
        Arity = ArgumentArity.ZeroOrOne,
    };
}
