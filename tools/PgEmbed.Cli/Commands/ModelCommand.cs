using System.CommandLine;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model</c>: the models that there are, how they come and go, and what one can do.</summary>
internal static class ModelCommand
{
    public static Command Create(Terminal terminal) => new("model", "Embedding models.")
    {
        ModelListCommand.Create(terminal),
        ModelAddCommand.Create(terminal),
        ModelPullCommand.Create(terminal),
        ModelShowCommand.Create(terminal),
        ModelVerifyCommand.Create(terminal),
        ModelBenchCommand.Create(terminal),
        ModelRemoveCommand.Create(terminal),
    };

    /// <summary>The model that a subcommand is about.</summary>
    public static Argument<string?> ModelArgument() => new("model")
    {
        Description = "A model folder, or the name of a model; behind a colon what to take of it, as in "
            + "mini:dims=192,layer=2 (also max-tokens=N, file=PATH). Default: PGEMBED_MODEL, else the built-in model.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    /// <summary>What a new model is to be called.</summary>
    public static Option<string?> NameOption() => new("--name")
    {
        Description = "What to call the model. Default: as its folder, or as the hub does.",
        HelpName = "NAME",
    };

    /// <summary>The ONNX file to take.</summary>
    public static Option<string?> FileOption() => new("--file")
    {
        Description = "The ONNX file to take. Default: model.onnx, onnx/model.onnx or onnx/model_quantized.onnx.",
        HelpName = "PATH",
    };

    /// <summary>Checks what the command line says before anything is done: a mistake there is a misuse.</summary>
    public static void CheckUsage(Action check)
    {
        try
        {
            check();
        }
        catch (PgEmbedException e)
        {
            throw new UsageException(e.Message);
        }
    }
}
