namespace PgEmbed.Chunking;

/// <summary>What ends between two units of a text, the weakest, where it is broken last, first.</summary>
internal enum TextBreak
{
    /// <summary>A character within a word.</summary>
    Character,

    /// <summary>A word.</summary>
    Word,

    /// <summary>A line in the midst of a sentence, as in text wrapped to a width.</summary>
    WrappedLine,

    /// <summary>A sentence.</summary>
    Sentence,

    /// <summary>A line, where a sentence or an item of a list ends too.</summary>
    Line,

    /// <summary>A paragraph.</summary>
    Paragraph,

    /// <summary>All that is under one heading.</summary>
    Section,
}
