using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed embed</c>: texts in, vectors out.</summary>
internal static class EmbedCommand
{
    public static Command Create(Terminal terminal)
    {
        var texts = new Argument<string[]>("text")
        {
            Description = "Texts to embed; without any, the lines of standard input.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var role = new Option<TextRole>("--role")
        {
            Description = "What the texts are embedded as: document or query.",
            DefaultValueFactory = _ => TextRole.Document,
        };
        var model = CommonOptions.Model();
        var json = CommonOptions.Json();
        var command = new Command("embed", "Print the vectors of texts, one a line, as pgvector writes them.")
        {
            texts,
            role,
            model,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var given = parsed.GetValue(texts)!;
            var truncated = 0;
            await foreach (var result in embedder.EmbedAsync(
                given.Length > 0 ? given.ToAsyncEnumerable() : LinesAsync(terminal, cancellationToken),
                parsed.GetValue(role),
                cancellationToken))
            {
                truncated += result.Truncated ? 1 : 0;
                Write(terminal, embedder.Space, result.Item, result.Vector, parsed.GetValue(json));
            }

            if (truncated > 0)
                terminal.Say(
                    $"{Format.Count(truncated)} texts were longer than the {embedder.Model.MaxTokens} tokens that the model "
                    + "reads and were cut.");
            return ExitCode.Done;
        });
        return command;
    }

    private static void Write(
        Terminal terminal, VectorSpace space, string text, ReadOnlyMemory<float> vector, bool json)
    {
        if (json)
            terminal.WriteJsonLine(new { text, space_id = space.Id, vector });
        else
            terminal.Output.WriteLine(
                $"[{string.Join(',', vector.ToArray().Select(v => v.ToString("R", CultureInfo.InvariantCulture)))}]");
    }

    private static async IAsyncEnumerable<string> LinesAsync(
        Terminal terminal,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // The console's reader blocks the thread that asks it, and knows of no cancelling: a read is left behind then.
        while (await Task.Run(terminal.Input.ReadLine, cancellationToken).WaitAsync(cancellationToken) is { } line)
            yield return line;
    }
}
