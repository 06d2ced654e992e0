using System.CommandLine;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx.Hub;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model pull</c>.</summary>
internal static class ModelPullCommand
{
    private const string BaseVariable = "PGEMBED_HUB";
    private const string TokenVariable = "PGEMBED_HUB_TOKEN";

    public static Command Create(Terminal terminal)
    {
        var model = new Argument<string>("model")
        {
            Description = "The model at the hub: ORG/NAME, or ORG/NAME@REVISION for a branch, tag or commit.",
        };
        var name = ModelCommand.NameOption();
        var file = ModelCommand.FileOption();
        var baseUrl = new Option<string?>("--base-url")
        {
            Description = $"The hub's address, or a mirror's: what stands before ORG/NAME in the address of the model's "
                + $"page. Default: {BaseVariable}.",
            HelpName = "URL",
        };
        var maxBytes = new Option<long?>("--max-bytes")
        {
            Description = "The most bytes to take, of a file and altogether. Default: 4 GiB a file, 8 GiB altogether.",
            HelpName = "N",
        };
        var command = new Command(
            "pull",
            "Fetch a model from a hub into the models folder, of it what a model needs. An interrupted pull goes on where "
            + $"it stopped. The access token for models that are not public is taken from {TokenVariable}.")
        {
            model,
            name,
            file,
            baseUrl,
            maxBytes,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var id = Parse(parsed.GetValue(model)!);
            var options = new HubOptions
            {
                BaseAddress = BaseAddress(parsed.GetValue(baseUrl)),
                Token = Variable(TokenVariable),
                ModelFile = parsed.GetValue(file),
                Name = parsed.GetValue(name),
            };
            if (parsed.GetValue(maxBytes) is { } limit)
                options.MaxFileBytes = options.MaxTotalBytes = limit;
            ModelCommand.CheckUsage(() =>
            {
                options.Validate();
                ModelLibrary.ValidateName(options.Name ?? id.Name);
            });
            var folder = await Models.Library.PullAsync(id, options, new PullPrinter(terminal), cancellationToken);
            terminal.Output.WriteLine(folder);
            return ExitCode.Done;
        });
        return command;
    }

    private static HubModelId Parse(string model)
    {
        try
        {
            return HubModelId.Parse(model);
        }
        catch (FormatException e)
        {
            throw new UsageException(e.Message);
        }
    }

    private static Uri BaseAddress(string? given)
    {
        given ??= Variable(BaseVariable) ?? throw new UsageException(
            "No hub is set, and none is taken by default. Say where to pull from with --base-url URL, or once and for "
            + $"all with {BaseVariable}=URL: the address of a Hugging Face hub or of a mirror of one, which is what stands "
            + "before ORG/NAME in the address of a model's page. A folder that is here already is added with "
            + "'pgembed model add DIR'.");
        return Uri.TryCreate(given, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? address
            : throw new UsageException($"Expected the hub's address as https://HOST or http://HOST, got '{given}'.");
    }

    private static string? Variable(string name) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
