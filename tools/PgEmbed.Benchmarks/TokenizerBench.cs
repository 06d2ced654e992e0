using System.Diagnostics;
using PgEmbed.Onnx.Models;
using PgEmbed.Onnx.Tokenization;

namespace PgEmbed.Benchmarks;

/// <summary>Tokenizers alone, on one core.</summary>
internal static class TokenizerBench
{
    private const int MaxTokens = 512;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Measures each kind on some texts.</summary>
    public static void Measure(
        string what,
        List<string> texts,
        List<IReadOnlyDictionary<string, object>> results,
        List<BenchTarget> targets)
    {
        (string Kind, string? Folder, double Goal)[] kinds =
        [
            ("WordPiece", BuiltInModel.Folder, 5),
            ("byte-level BPE", Checkout.Shared("models", "tokenizers", "bytebpe"), 1),
            ("Unigram", Checkout.Shared("models", "tokenizers", "unigram"), 1),
        ];
        foreach (var (kind, folder, goal) in kinds)
        {
            if (folder is null)
                continue;
            var tokenizer = Tokenizer.Load(folder);
            var tokens = Run(tokenizer, texts, MaxTokens);
            var rate = tokens / Seconds(tokenizer, texts, MaxTokens);
            results.Add(new Dictionary<string, object>
            {
                ["tokenizer"] = kind,
                ["text"] = what,
                ["texts"] = texts.Count,
                ["tokens"] = tokens,
                ["tokens_per_s"] = Math.Round(rate),
                ["texts_per_s"] = Math.Round(rate / tokens * texts.Count),
            });
            targets.Add(new BenchTarget(
                $"{kind} on one core, {what}", Math.Round(rate / 1e6, 2), "million tokens/s", goal));
        }
    }

    /// <summary>Seconds for all texts, once the runtime has compiled the tokenizer for good.</summary>
    public static double Seconds(Tokenizer tokenizer, List<string> texts, int maxTokens)
    {
        for (var warm = Stopwatch.StartNew(); warm.Elapsed < WarmUp;)
            Run(tokenizer, texts, maxTokens);
        var seconds = new List<double>();
        for (var round = 0; round < 5; round++)
        {
            // Few texts are repeated: a round is to be longer than the clock and the system's pauses are coarse.
            var watch = Stopwatch.StartNew();
            var passes = 0;
            while (watch.ElapsedMilliseconds < 50)
            {
                Run(tokenizer, texts, maxTokens);
                passes++;
            }

            seconds.Add(watch.Elapsed.TotalSeconds / passes);
        }

        return Statistics.Median(seconds);
    }

    private static long Run(Tokenizer tokenizer, List<string> texts, int maxTokens)
    {
        var ids = new int[maxTokens];
        var tokens = 0L;
        foreach (var text in texts)
            tokens += tokenizer.Encode(text, ids, out _);
        return tokens;
    }
}
