namespace PgEmbed.Onnx.Models;

/// <summary>What to take from a model folder, and what to call it. All but the names shape the vectors.</summary>
public sealed class ModelFolderOptions
{
    /// <summary>The ONNX file, relative to the folder; null: the first of the usual ones that is there.</summary>
    public string? ModelFile { get; set; }

    /// <summary>The most tokens of a text, special tokens included, at most the model's; null: the model's.</summary>
    public int? MaxTokens { get; set; }

    /// <summary>
    /// How many of a vector's dimensions are kept, 1 to the model's, for models trained so that the first ones can do
    /// without the rest (Matryoshka); null: all.
    /// </summary>
    public int? Dimensions { get; set; }

    /// <summary>
    /// The layer after which the model is left, 1 to its last, for models trained for it and exported with an output a
    /// layer (<c>hidden_state_1</c> and so on); null: the last. What comes behind is not computed.
    /// </summary>
    public int? Layer { get; set; }

    /// <summary>The model's name; null: the folder's.</summary>
    public string? Name { get; set; }

    /// <summary>The model's version; null: the fingerprint's first 12 digits.</summary>
    public string? Version { get; set; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="PgEmbedException">A value is out of its range.</exception>
    public void Validate()
    {
        if (MaxTokens < 1)
            throw new PgEmbedException($"Expected {nameof(MaxTokens)} to be 1 or more, got {MaxTokens}.");
        if (Dimensions < 1)
            throw new PgEmbedException($"Expected {nameof(Dimensions)} to be 1 or more, got {Dimensions}.");
        if (Layer < 1)
            throw new PgEmbedException($"Expected {nameof(Layer)} to be 1 or more, got {Layer}.");
        if (ModelFile is "")
            throw new PgEmbedException($"Expected {nameof(ModelFile)} to be a path in the model folder, got none.");
        ValidateLabel(nameof(Name), Name);
        ValidateLabel(nameof(Version), Version);
    }

    /// <summary>Checks that <c>name@version</c> can be taken apart again.</summary>
    private static void ValidateLabel(string property, string? value)
    {
        if (value is not null && (value.Length == 0 || value.Contains('@') || value.Any(char.IsWhiteSpace)))
            throw new PgEmbedException(
                $"Expected {property} to be a word without '@' and white space, got '{value}'.");
    }
}
