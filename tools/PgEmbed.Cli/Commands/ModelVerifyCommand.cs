using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx;
using PgEmbed.Onnx.Hub;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model verify</c>.</summary>
internal static class ModelVerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var model = ModelCommand.ModelArgument();
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
            if (ModelSource.Read(embedder.Model.FullPath) is { } source)
                checks = [await source.CheckFilesAsync(embedder.Model.FullPath, cancellationToken), .. checks];
            if (parsed.GetValue(json))
                terminal.WriteJson(checks);
            else
                foreach (var check in checks)
                    terminal.Output.WriteLine($"{(check.Passed ? "ok  " : "FAIL")}  {check.Name}: {check.Detail}");
            return checks.All(check => check.Passed) ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }
}
