using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Mapping;

namespace PgEmbed.Postgres.Stores;

/// <summary>Puts embeddings with the rows that they are of.</summary>
internal static class VectorStaging
{
    /// <summary>One staged vector a text, in their order, each checked against the space.</summary>
    /// <exception cref="PgEmbedException">The model made a vector that its space doesn't allow; the key is named.</exception>
    public static List<StagedVector> Stage(
        VectorSpace space, TextEmbeddings embeddings, IReadOnlyList<RowKey> keys, IReadOnlyList<string> texts)
    {
        var vectors = new List<StagedVector>(keys.Count);
        for (var i = 0; i < keys.Count; i++)
        {
            var values = embeddings.Vectors[i];
            try
            {
                space.Check(values.Span);
            }
            catch (InvalidVectorException e)
            {
                throw new PgEmbedException(
                    $"Expected a vector for the row with key {keys[i]}, but model {space.Name} made none: {e.Message}",
                    innerException: e);
            }

            vectors.Add(new StagedVector(keys[i], EmbeddedText.Hash(texts[i]), values));
        }

        return vectors;
    }
}
