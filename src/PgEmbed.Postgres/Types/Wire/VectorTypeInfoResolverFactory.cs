using Npgsql.Internal;
using Npgsql.Internal.Postgres;
using Pgvector;

namespace PgEmbed.Postgres.Types.Wire;

/// <summary>
/// Tells Npgsql which converter a .NET type and a PostgreSQL type have. Names without a schema match the type in
/// whatever schema it is.
/// </summary>
/// <remarks>
/// The first mapping of a PostgreSQL type is what an untyped read gets. <see cref="MatchRequirement.Single"/> makes the
/// PostgreSQL type the default of the .NET type; <see cref="MatchRequirement.DataTypeName"/> leaves that default alone,
/// so that a <c>float[]</c> stays <c>real[]</c> where no type is named.
/// </remarks>
internal sealed class VectorTypeInfoResolverFactory : PgTypeInfoResolverFactory
{
    public override IPgTypeInfoResolver CreateResolver() => new Resolver(CreateMappings());

    public override IPgTypeInfoResolver CreateArrayResolver() => new Resolver(CreateArrayMappings(CreateMappings()));

    private static TypeInfoMappingCollection CreateMappings()
    {
        var mappings = new TypeInfoMappingCollection();
        AddDense<float, WireSingle>(
            mappings, DataTypeNames.Vector, ofArray: MatchRequirement.DataTypeName, ofMemory: MatchRequirement.Single);
        mappings.AddType<Vector>(
            DataTypeNames.Vector,
            static (options, mapping, _) => mapping.CreateInfo(options, new DenseConverter<Vector, float, WireSingle>(
                DataTypeNames.Vector, static vector => vector.ToArray(), static values => new Vector(values))),
            MatchRequirement.Single);
        AddDense<Half, WireHalf>(
            mappings, DataTypeNames.Halfvec, ofArray: MatchRequirement.Single, ofMemory: MatchRequirement.Single);
        AddDense<float, WireHalfFromSingle>(
            mappings,
            DataTypeNames.Halfvec,
            ofArray: MatchRequirement.DataTypeName,
            ofMemory: MatchRequirement.DataTypeName);
        mappings.AddType<SparseVector>(
            DataTypeNames.Sparsevec,
            static (options, mapping, _) => mapping.CreateInfo(options, new SparsevecConverter()),
            MatchRequirement.Single);
        return mappings;
    }

    private static void AddDense<TElement, TWire>(
        TypeInfoMappingCollection mappings, string typeName, MatchRequirement ofArray, MatchRequirement ofMemory)
        where TElement : unmanaged
        where TWire : IWireValue<TElement>
    {
        mappings.AddType<TElement[]>(
            typeName,
            (options, mapping, _) => mapping.CreateInfo(options, new DenseConverter<TElement[], TElement, TWire>(
                typeName, static array => array, static elements => elements)),
            ofArray);
        mappings.AddStructType<ReadOnlyMemory<TElement>>(
            typeName,
            (options, mapping, _) => mapping.CreateInfo(
                options,
                new DenseConverter<ReadOnlyMemory<TElement>, TElement, TWire>(
                    typeName, static memory => memory, static elements => elements)),
            ofMemory);
        mappings.AddStructType<Memory<TElement>>(
            typeName,
            (options, mapping, _) => mapping.CreateInfo(
                options,
                new DenseConverter<Memory<TElement>, TElement, TWire>(
                    typeName, static memory => memory, static elements => elements)),
            ofMemory);
    }

    private static TypeInfoMappingCollection CreateArrayMappings(TypeInfoMappingCollection elements)
    {
        var mappings = new TypeInfoMappingCollection(elements);
        mappings.AddArrayType<float[]>(DataTypeNames.Vector);
        mappings.AddStructArrayType<ReadOnlyMemory<float>>(DataTypeNames.Vector);
        mappings.AddStructArrayType<Memory<float>>(DataTypeNames.Vector);
        mappings.AddArrayType<Vector>(DataTypeNames.Vector);
        mappings.AddArrayType<Half[]>(DataTypeNames.Halfvec);
        mappings.AddStructArrayType<ReadOnlyMemory<Half>>(DataTypeNames.Halfvec);
        mappings.AddStructArrayType<Memory<Half>>(DataTypeNames.Halfvec);
        mappings.AddArrayType<float[]>(DataTypeNames.Halfvec);
        mappings.AddStructArrayType<ReadOnlyMemory<float>>(DataTypeNames.Halfvec);
        mappings.AddStructArrayType<Memory<float>>(DataTypeNames.Halfvec);
        mappings.AddArrayType<SparseVector>(DataTypeNames.Sparsevec);
        return mappings;
    }

    private sealed class Resolver(TypeInfoMappingCollection mappings) : IPgTypeInfoResolver
    {
        public PgTypeInfo? GetTypeInfo(Type? type, DataTypeName? dataTypeName, PgSerializerOptions options)
        {
            try
            {
                return mappings.Find(type, dataTypeName, options);
            }
            catch (NotSupportedException e) when (dataTypeName is null)
            {
                throw new PgEmbedException(
                    $"Expected the database to have pgvector's type for {type}, found none.",
                    "Run CREATE EXTENSION vector; where the data source was open by then, also ReloadTypesAsync.",
                    e);
            }
        }
    }
}
