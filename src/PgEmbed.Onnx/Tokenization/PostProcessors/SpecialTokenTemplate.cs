namespace PgEmbed.Onnx.Tokenization;

/// <summary>The special tokens before and after every text, such as <c>[CLS]</c> and <c>[SEP]</c>.</summary>
internal sealed record SpecialTokenTemplate(int[] Before, int[] After)
{
    public static readonly SpecialTokenTemplate Empty = new([], []);

    public int Count => Before.Length + After.Length;

    /// <summary>These tokens with another template's around them.</summary>
    public SpecialTokenTemplate Within(SpecialTokenTemplate outer) =>
        new([.. outer.Before, .. Before], [.. After, .. outer.After]);
}
