using System.Collections;
using System.Runtime.InteropServices;
using Npgsql;
using NpgsqlTypes;
using PgEmbed.Codecs;
using PgEmbed.Postgres.Catalog;
using PgEmbed.Postgres.Indexes;

namespace PgEmbed.Postgres.Stores;

/// <summary>Brings vectors to the forms that a store keeps of them, and back.</summary>
internal static class VectorForms
{
    /// <summary>A vector in the form that a codec indexes, as a parameter.</summary>
    public static NpgsqlParameter Parameter(Codec codec, VectorExtension extension, ReadOnlyMemory<float> vector) =>
        codec.Indexed switch
        {
            null => new NpgsqlParameter { Value = vector, DataTypeName = $"{extension.Schema}.vector" },
            { IsBits: true } bits => new NpgsqlParameter { Value = Bits(bits, vector.Span), NpgsqlDbType = NpgsqlDbType.Bit },
            var form => new NpgsqlParameter
            {
                Value = (ReadOnlyMemory<float>)Values(form, vector.Span),
                DataTypeName = TypeName(form, extension),
            },
        };

    /// <summary>The names of the columns that a store has of a vector.</summary>
    public static string Columns(Codec codec) => codec.Rescoring is null ? "embedding" : "embedding, rescoring";

    /// <summary>Writes a vector's forms into a COPY; nulls for none.</summary>
    /// <exception cref="InvalidVectorException">The codec can't code it.</exception>
    public static async Task WriteAsync(
        NpgsqlBinaryImporter importer,
        Codec codec,
        VectorExtension extension,
        ReadOnlyMemory<float>? vector,
        CancellationToken cancellationToken)
    {
        if (vector is not { } values)
        {
            await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            if (codec.Rescoring is not null)
                await importer.WriteNullAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        if (codec is not { Indexed: { } form, Rescoring: { } ranking })
        {
            await importer.WriteAsync(values, $"{extension.Schema}.vector", cancellationToken).ConfigureAwait(false);
            return;
        }

        await WriteFormAsync(importer, form, extension, values, cancellationToken).ConfigureAwait(false);
        var code = new byte[ranking.CodeBytes];
        ranking.Encode(values.Span, code);
        await importer.WriteAsync(code, NpgsqlDbType.Bytea, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a vector's indexed form into a COPY.</summary>
    public static Task WriteFormAsync(
        NpgsqlBinaryImporter importer,
        IndexedForm form,
        VectorExtension extension,
        ReadOnlyMemory<float> vector,
        CancellationToken cancellationToken) => form.IsBits
            ? importer.WriteAsync(Bits(form, vector.Span), NpgsqlDbType.Bit, cancellationToken)
            : importer.WriteAsync((ReadOnlyMemory<float>)Values(form, vector.Span), TypeName(form, extension), cancellationToken);

    /// <summary>The columns of a temporary table for a store's vectors, with their types.</summary>
    /// <remarks>Without tiers a vector, which an INSERT makes what the store has.</remarks>
    public static IEnumerable<string> StagingColumns(StoreInfo store, VectorExtension extension) =>
        store.Codec.Rescoring is null
            ? [$"embedding {extension.Type("vector")}"]
            : store.Forms(extension).Select(form => $"{form.Name} {form.Type}");

    /// <summary>What of a store's row is read for its vector, the table under the given alias.</summary>
    public static string Source(Codec codec, string alias) =>
        codec.Rescoring is null ? $"{alias}.embedding" : $"{alias}.rescoring";

    /// <summary>Reads a vector: as it is stored, or what its code stands for.</summary>
    public static ReadOnlyMemory<float> Read(Codec codec, NpgsqlDataReader reader, int ordinal)
    {
        if (codec.Rescoring is not { } ranking)
            return reader.GetFieldValue<ReadOnlyMemory<float>>(ordinal);
        var vector = new float[ranking.Dimensions];
        ranking.Decode(reader.GetFieldValue<byte[]>(ordinal), vector);
        return vector;
    }

    private static string TypeName(IndexedForm form, VectorExtension extension) =>
        $"{extension.Schema}.{IndexedTypeExtensions.Of(form).ToName()}";

    /// <summary>A vector's indexed form, of bits.</summary>
    public static BitArray Bits(IndexedForm form, ReadOnlySpan<float> vector)
    {
        Span<byte> code = stackalloc byte[form.Bytes];
        form.Encode(vector, code);
        var bits = new BitArray(form.Dimensions);
        for (var i = 0; i < bits.Length; i++)
            bits[i] = (code[i >> 3] & (0x80 >> (i & 7))) != 0;
        return bits;
    }

    /// <summary>A vector's indexed form, of values.</summary>
    public static float[] Values(IndexedForm form, ReadOnlySpan<float> vector)
    {
        var values = new float[form.Dimensions];
        if (!form.IsHalf && BitConverter.IsLittleEndian)
        {
            form.Encode(vector, MemoryMarshal.AsBytes(values.AsSpan()));
            return values;
        }

        var code = new byte[form.Bytes];
        form.Encode(vector, code);
        form.Codec.Quantizer.Decode(code, values);
        return values;
    }
}
