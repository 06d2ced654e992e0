using System.Globalization;
using System.Numerics.Tensors;
using PgEmbed.Onnx.Models;

namespace PgEmbed.Onnx;

/// <summary>Runs a model on a few texts and checks what must hold for every model.</summary>
public static class ModelVerification
{
    /// <summary>The least cosine between the vectors of one text alone and in a batch.</summary>
    public const double LeastCosine = 0.99999;

    private static readonly string[] Texts =
    [
        "a",
        "Search by meaning finds texts that say the same in other words.",
        "",
        string.Join(' ', Enumerable.Repeat("A long text is cut to what the model reads.", 100)),
        "Ünïcödé, 漢字 and 😀",
        "SELECT name FROM packages WHERE section = 'games' ORDER BY installed_kb LIMIT 10",
    ];

    /// <summary>Runs all checks.</summary>
    /// <param name="embedder">The model.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <returns>The checks, passed or not.</returns>
    /// <exception cref="PgEmbedException">The model can't be run at all.</exception>
    public static async Task<IReadOnlyList<ModelCheck>> RunAsync(
        OnnxTextEmbedder embedder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(embedder);
        var together = await EmbedAsync(embedder, Texts, cancellationToken).ConfigureAwait(false);
        var again = await EmbedAsync(embedder, Texts, cancellationToken).ConfigureAwait(false);
        var alone = new VectorBlock(Texts.Length, together.Dimensions);
        for (var i = 0; i < Texts.Length; i++)
        {
            var one = await EmbedAsync(embedder, [Texts[i]], cancellationToken).ConfigureAwait(false);
            one[0].Span.CopyTo(alone.Row(i));
        }

        var least = Enumerable.Range(0, Texts.Length)
            .Min(i => TensorPrimitives.CosineSimilarity(together[i].Span, alone[i].Span));
        var checks = new List<ModelCheck>
        {
            new(
                "dimensions",
                together.Dimensions == embedder.Space.Dimensions,
                Invariant($"{together.Dimensions}, expected {embedder.Space.Dimensions}")),
            new(
                "finite",
                !together.Values.Span.ContainsAnyExceptInRange(float.MinValue, float.MaxValue),
                "every value of every vector"),
            new(
                "determinism",
                together.Values.Span.SequenceEqual(again.Values.Span),
                "the same texts twice give the same vectors"),
            CheckBatches(embedder.Model, least),
            new(
                "texts are told apart",
                TensorPrimitives.CosineSimilarity(together[0].Span, together[1].Span) < 0.999,
                "two texts have two vectors"),
        };
        if (embedder.Model.Normalize)
        {
            var farthest = Enumerable.Range(0, Texts.Length)
                .Max(i => Math.Abs(TensorPrimitives.Norm(together[i].Span) - 1));
            checks.Add(new ModelCheck(
                "normalization", farthest < 1e-4, Invariant($"lengths differ from 1 by at most {farthest:0.0000000}")));
        }

        if (await CheckAnswersAsync(embedder, cancellationToken).ConfigureAwait(false) is { } answers)
            checks.Add(answers);
        return checks;
    }

    /// <summary>Compares a text's vectors alone and in a batch, and says where there is no batch to depend on.</summary>
    private static ModelCheck CheckBatches(ModelFolder model, double least) => new(
        "batch independence",
        least >= LeastCosine,
        Invariant($"least cosine of a text alone and among others {least:0.000000}, expected {LeastCosine}")
        + (model.IsBatchDependent
            ? ". The file quantizes while it runs, by the range of a whole batch: each text is run by itself, which is "
                + "slower. A file without (DynamicQuantizeLinear) would not need that"
            : ""));

    /// <summary>Compares vectors with those that the folder says they should be; null where it says none.</summary>
    private static async Task<ModelCheck?> CheckAnswersAsync(
        OnnxTextEmbedder embedder, CancellationToken cancellationToken)
    {
        const string name = "known answers";
        var model = embedder.Model;
        if (KnownAnswers.Read(model.FullPath, model.Modules.Dimensions) is not { } known)
            return null;
        if (model.Layer is not null)
            return new ModelCheck(name, true, $"not compared: they are of the last layer, not of layer {model.Layer}");
        var least = 1.0;
        foreach (var answer in known.Answers)
        {
            var made = await embedder.EmbedAsync([answer.Text], answer.Role, cancellationToken).ConfigureAwait(false);
            var cosine = TensorPrimitives.CosineSimilarity(
                made.Vectors[0].Span, answer.Vector.AsSpan(0, embedder.Space.Dimensions));
            // Not a number is never at least a bound.
            least = cosine >= least ? least : cosine;
        }

        return new ModelCheck(
            name,
            least >= known.LeastCosine,
            Invariant($"least cosine of {known.Answers.Count} texts {least:0.000000}, expected {known.LeastCosine}"));
    }

    private static async Task<VectorBlock> EmbedAsync(
        OnnxTextEmbedder embedder, IReadOnlyList<string> texts, CancellationToken cancellationToken) =>
        (await embedder.EmbedAsync(texts, TextRole.Document, cancellationToken).ConfigureAwait(false)).Vectors;

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
