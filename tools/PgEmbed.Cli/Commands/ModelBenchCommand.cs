using System.CommandLine;
using System.Diagnostics;
using PgEmbed.Cli.Demo;
using PgEmbed.Cli.Infrastructure;
using PgEmbed.Onnx;

namespace PgEmbed.Cli.Commands;

/// <summary><c>pgembed model bench</c>: how many texts a second a model embeds on this machine.</summary>
internal static class ModelBenchCommand
{
    private const int SingleTexts = 100;
    private const int MaxTexts = 5000;

    public static Command Create(Terminal terminal)
    {
        var model = ModelCommand.ModelArgument();
        var texts = new Option<int>("--texts")
        {
            Description = $"How many sample texts to embed together, 1 to {MaxTexts}.",
            DefaultValueFactory = _ => 300,
            HelpName = "N",
        };
        var json = CommonOptions.Json();
        var command = new Command(
            "bench", "Measure how many sample texts a second a model embeds, together and one at a time.")
        {
            model,
            texts,
            json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var count = parsed.GetValue(texts);
            if (count is < 1 or > MaxTexts)
                throw new UsageException($"Expected --texts to be 1 to {MaxTexts}, got {count}.");
            using var embedder = Models.Load(parsed.GetValue(model), terminal);
            var sample = await PackageFile.ReadAsync(PackageFile.Sample, cancellationToken)
                .Take(count)
                .Select(package => $"{package.Synopsis}\n{package.Description}")
                .ToListAsync(cancellationToken);
            var together = await TogetherAsync(embedder, sample, cancellationToken);
            var single = await SingleAsync(embedder, [.. sample.Take(SingleTexts)], cancellationToken);
            if (parsed.GetValue(json))
                terminal.WriteJson(new { model = embedder.Space.Name, together, single });
            else
                terminal.WriteFacts(("together", Describe(together)), ("one at a time", Describe(single)));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<Result> TogetherAsync(
        OnnxTextEmbedder embedder, List<string> sample, CancellationToken cancellationToken)
    {
        // The first run takes memory that later ones have.
        await embedder.EmbedAsync(sample, TextRole.Document, cancellationToken);
        var start = Stopwatch.GetTimestamp();
        var embedded = await embedder.EmbedAsync(sample, TextRole.Document, cancellationToken);
        return Result.Of(sample.Count, embedded.Tokens, Stopwatch.GetElapsedTime(start), null);
    }

    private static async Task<Result> SingleAsync(
        OnnxTextEmbedder embedder, List<string> sample, CancellationToken cancellationToken)
    {
        var tokens = 0L;
        var times = new List<TimeSpan>();
        foreach (var text in sample)
        {
            var start = Stopwatch.GetTimestamp();
            tokens += (await embedder.EmbedAsync([text], TextRole.Document, cancellationToken)).Tokens;
            times.Add(Stopwatch.GetElapsedTime(start));
        }

        var total = times.Aggregate(TimeSpan.Zero, (sum, time) => sum + time);
        times.Sort();
        return Result.Of(sample.Count, tokens, total, times[times.Count / 2].TotalMilliseconds);
    }

    private static string Describe(Result result) =>
        $"{Format.Number(result.TextsPerSecond, "N0")} texts/s, {Format.Number(result.TokensPerSecond, "N0")} tokens/s"
        + $" ({result.Texts} texts, {Format.Number(result.Seconds, "0.00")} s)"
        + (result.MedianMilliseconds is { } median ? $", {Format.Number(median, "0.00")} ms a text at the median" : "");

    private sealed record Result(
        int Texts, long Tokens, double Seconds, double TextsPerSecond, double TokensPerSecond, double? MedianMilliseconds)
    {
        public static Result Of(int texts, long tokens, TimeSpan time, double? median) => new(
            texts, tokens, time.TotalSeconds, texts / time.TotalSeconds, tokens / time.TotalSeconds, median);
    }
}
