using System.Text.Json.Nodes;

namespace PgEmbed.Onnx.Tests.Embedding;

/// <summary>Synopses and descriptions of Debian 13 packages, from the tokenizer's reference file.</summary>
internal static class RealTexts
{
    public static string[] All { get; } = Read();

    private static string[] Read()
    {
        using var stream = typeof(RealTexts).Assembly.GetManifestResourceStream("parity.json")!;
        var cases = JsonNode.Parse(stream)!["builtIn"]!.AsArray();
        return [.. cases.TakeLast(80).Select(c => c!["text"]!.GetValue<string>())];
    }
}
