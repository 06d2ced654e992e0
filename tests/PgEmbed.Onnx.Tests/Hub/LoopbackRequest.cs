using System.Globalization;

namespace PgEmbed.Onnx.Tests.Hub;

/// <summary>A request as it came.</summary>
internal sealed record LoopbackRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The first byte that a Range header asks for; null without one.</summary>
    public long? From => Headers.TryGetValue("Range", out var range)
        ? long.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture)
        : null;

    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
