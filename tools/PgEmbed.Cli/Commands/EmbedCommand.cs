using System.CommandLine;
using System.Globalization;
using PgEmbed.Cli.Infrastructure;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed embed</c>: texts in, vectors out.</summary>
internal static class EmbedCommand
{
    private const int BatchLines = 512;

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
            await foreach (var batch in (given.Length > 0 ? given.ToAsyncEnumerable() : LinesAsync(terminal, cancellationToken))
                .Chunk(BatchLines).WithCancellation(cancellationToken))
            {
                var embeddings = await embedder.EmbedAsync(batch, parsed.GetValue(role), cancellationToken);
                truncated += embeddings.Truncated;
                for (var i = 0; i < batch.Length; i++)
                    Write(terminal, embedder.Space, batch[i], embeddings.Vectors[i], parsed.GetValue(json));
            }

            if (truncated > 0)
                terminal.Say($"{truncated} texts were longer than the model reads and were cut.");
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
        while (await terminal.Input.ReadLineAsync(cancellationToken) is { } line)
            yield return line;
    }
}
