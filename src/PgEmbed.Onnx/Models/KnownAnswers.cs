using System.Text.Json;

namespace PgEmbed.Onnx.Models;

/// <summary>
/// Vectors that a model should give for some texts, made elsewhere, as <c>pgembed-answers.json</c> in its folder says.
/// </summary>
/// <param name="LeastCosine">The least cosine of a vector and what the model makes.</param>
/// <param name="Answers">The texts and their vectors; at least one.</param>
internal sealed record KnownAnswers(double LeastCosine, IReadOnlyList<KnownAnswer> Answers)
{
    public const string FileName = "pgembed-answers.json";

    // Other orders of adding, and weights of fewer bits, move a vector by less than this.
    private const double UsualLeastCosine = 0.999;

    /// <summary>Reads a model folder's file; null where there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="dimensions">The length of the model's vectors.</param>
    /// <exception cref="PgEmbedException">It is damaged, or of a model with other dimensions.</exception>
    public static KnownAnswers? Read(string folder, int dimensions)
    {
        var path = ModelPath.In(folder, FileName);
        if (!File.Exists(path))
            return null;
        var file = JsonPart.ReadFile(path);
        file.Ignore("made_by");
        var least = file.OptionalDecimal("least_cosine") ?? UsualLeastCosine;
        if (!(least is >= -1 and <= 1))
            throw file.Error($"expected 'least_cosine' to be -1 to 1, got {least}.");
        var answers = file.List("answers").Select(part => ReadAnswer(part, dimensions)).ToList();
        file.RefuseOthers();
        return answers.Count > 0
            ? new KnownAnswers(least, answers)
            : throw file.Error("expected 'answers' to have a text at least.");
    }

    private static KnownAnswer ReadAnswer(JsonPart part, int dimensions)
    {
        var role = part.OptionalText("role") switch
        {
            null or "document" => TextRole.Document,
            "query" => TextRole.Query,
            var other => throw part.Error($"expected 'role' to be document or query, got '{other}'."),
        };
        var vector = part.Values("vector").Select(value => NumberOf(part, value)).ToArray();
        var answer = new KnownAnswer(part.Text("text"), role, vector);
        part.RefuseOthers();
        return vector.Length == dimensions
            ? answer
            : throw part.Error($"expected a vector of the model's {dimensions} dimensions, got {vector.Length}.");
    }

    private static float NumberOf(JsonPart part, JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) && float.IsFinite(number)
            ? number
            : throw part.Error($"expected 'vector' to have numbers, got {value.GetRawText()}.");
}
