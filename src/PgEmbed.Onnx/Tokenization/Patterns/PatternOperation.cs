namespace PgEmbed.Onnx.Tokenization;

/// <summary>What a step of a compiled pattern does.</summary>
internal enum PatternOperation
{
    /// <summary>The match, or the condition, is there.</summary>
    Accept,

    /// <summary>Takes one code point of a class.</summary>
    One,

    /// <summary>
    /// Takes as many code points of a class as there are, within bounds, and gives them back one by one.
    /// </summary>
    Run,

    /// <summary>The same, and gives none back.</summary>
    PossessiveRun,

    /// <summary>Goes on at a step, and at another where that fails.</summary>
    Split,

    /// <summary>Goes on at a step.</summary>
    Jump,

    /// <summary>Steps back by a number of code points.</summary>
    Back,

    /// <summary>The steps behind it up to their <see cref="Accept"/> match here; nothing is taken.</summary>
    Look,

    /// <summary>The steps behind it don't match here.</summary>
    NegativeLook,

    /// <summary>The steps behind it match, in the first way that they do.</summary>
    Atomic,

    /// <summary>The start of the text or of a line in it.</summary>
    LineStart,

    /// <summary>The end of the text or of a line in it.</summary>
    LineEnd,

    /// <summary>The start of the text.</summary>
    TextStart,

    /// <summary>The end of the text.</summary>
    TextEnd,

    /// <summary>The end of the text, or a line feed that is its last character.</summary>
    LastLineEnd,

    /// <summary>A word character on one side only.</summary>
    WordBorder,

    /// <summary>A word character on both sides or none.</summary>
    NoWordBorder,
}
