namespace PgEmbed.Onnx.Tokenization;

/// <summary>A vocabulary and the way a word is taken apart into its tokens.</summary>
internal interface ITokenModel : IWordTokenizer
{
    /// <summary>How many tokens the vocabulary has.</summary>
    int Count { get; }

    /// <summary>The largest id in the vocabulary.</summary>
    int LargestId { get; }

    /// <summary>The id of a token of the vocabulary.</summary>
    bool TryGetId(string token, out int id);
}
