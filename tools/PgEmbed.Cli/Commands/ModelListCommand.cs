using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx.Hub;
using PgEmbed.Onnx.Models;
using Spectre.Console;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model list</c>.</summary>
internal static class ModelListCommand
{
    public static Command Create(Terminal terminal)
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "List the built-in model and those in the models folder.") { json };
        command.SetAction(parsed =>
        {
            var models = Models.All().Select(Read).ToList();
            if (parsed.GetValue(json))
                terminal.WriteJson(models.Select(m => new
                {
                    folder = m.Folder,
                    name = m.Model?.FullName,
                    dimensions = m.Model?.Dimensions,
                    max_tokens = m.Model?.MaxTokens,
                    source = m.Source,
                    fault = m.Fault,
                }));
            else
                terminal.OutputConsole.Write(TableOf(models));
            return ExitCode.Done;
        });
        return command;
    }

    private static Entry Read(string folder)
    {
        try
        {
            var source = ModelSource.Read(folder) is { } from ? from.ToString()
                : folder == BuiltInModel.Folder ? "built in"
                : null;
            return new Entry(folder, ModelFolder.Open(folder), source, null);
        }
        catch (PgEmbedException e)
        {
            return new Entry(folder, null, null, e.Message);
        }
    }

    private static Table TableOf(List<Entry> models)
    {
        var table = new Table().Border(TableBorder.Simple)
            .AddColumns("model", "dimensions", "max tokens", "from", "folder");
        foreach (var (folder, model, source, fault) in models)
        {
            string[] cells =
            [
                model?.FullName ?? Path.GetFileName(folder),
                model?.Dimensions.ToString(CultureInfo.InvariantCulture) ?? "",
                model?.MaxTokens.ToString(CultureInfo.InvariantCulture) ?? "",
                source ?? "",
                fault ?? folder,
            ];
            table.AddRow(cells.Select(Markup.Escape).ToArray());
        }

        return table;
    }

    private sealed record Entry(string Folder, ModelFolder? Model, string? Source, string? Fault);
}
