using System.Text;

namespace PgEmbed.Onnx.Tokenization;

/// <summary>Lower case of each character, whatever stands around it.</summary>
internal sealed class LowercaseNormalizer : INormalizer
{
    public void Normalize(ReadOnlySpan<char> text, CharBuffer output)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.IsAscii)
            {
                output.Reserve(1)[0] = char.ToLowerInvariant((char)rune.Value);
                output.Advance(1);
            }
            else if (BertCharacters.Instance.TryGetLower(rune.Value, out var lower))
            {
                output.Append(lower);
            }
            else
            {
                output.Advance(rune.EncodeToUtf16(output.Reserve(2)));
            }
        }
    }
}
