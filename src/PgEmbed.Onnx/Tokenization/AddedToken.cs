namespace PgEmbed.Onnx.Tokenization;

/// <summary>A token found in the text itself, before the text is split into words: special tokens, mostly.</summary>
/// <param name="Content">What stands in the text.</param>
/// <param name="Id">Its id.</param>
/// <param name="SingleWord">Whether it is left alone inside a word.</param>
/// <param name="StripLeft">Whether it takes the white space before it.</param>
/// <param name="StripRight">Whether it takes the white space after it.</param>
/// <param name="Normalized">Whether it is looked for in the normalized text, in its own normalized form.</param>
internal sealed record AddedToken(
    string Content, int Id, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized);
