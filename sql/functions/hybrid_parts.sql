-- The pieces of SQL that a hybrid statement is put together from. Columns that are PgEmbed's begin with _pgembed_, so that
-- a filter's plain names can only mean the source table's. Keys are compared by the equality of the text index's primary
-- key, named with its schema: an unqualified = on a type such as citext would be another operator under another search
-- path. pgembed.search gives keys as texts; found_keys makes them what they were.
CREATE OR REPLACE FUNCTION pgembed.hybrid_parts(
    collection text,
    OUT index_table text,
    OUT source text,
    OUT source_name text,
    OUT store text,
    OUT space_id uuid,
    OUT distance text,
    OUT similarity text,
    OUT keys text,
    OUT indexed_keys text,
    OUT source_keys text,
    OUT found_keys text,
    OUT same_key text,
    OUT source_key text,
    OUT key_text text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    made   record;
    served record;
    vector record;
BEGIN
    SELECT * INTO made FROM pgembed.text_index_parts(hybrid_parts.collection);
    SELECT s.*, c.source_table INTO served
    FROM pgembed.serving_store(hybrid_parts.collection) s
        JOIN pgembed.collection c ON c.name = hybrid_parts.collection;
    index_table := made.index_table;
    source := made.source;
    source_name := pg_catalog.quote_ident(served.source_table);
    store := served.store::text;
    space_id := served.space_id;

    SELECT n.nspname AS schema, t.typname AS type,
        CASE served.metric WHEN 'cosine' THEN '<=>' WHEN 'l2' THEN '<->' WHEN 'inner_product' THEN '<#>' END AS operator
    INTO STRICT vector
    FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = served.store AND a.attname = 'embedding';
    distance := coalesce((
        SELECT pg_catalog.format('pgembed.distance(rescoring, $2, %L)', s.codec)
        FROM pgembed.search_parts(hybrid_parts.collection) s WHERE s.codec IS NOT NULL),
        pg_catalog.format('embedding OPERATOR(%I.%s) $1::%1$I.%3$I', vector.schema, vector.operator, vector.type));
    -- Under cosine a vector without direction has no distance (NaN): it is as far as can be.
    similarity := CASE served.metric
        WHEN 'cosine' THEN '1 - least(_pgembed_distance, 2)'
        WHEN 'l2' THEN '1 / (1 + _pgembed_distance)'
        ELSE '- _pgembed_distance'
    END;

    SELECT pg_catalog.string_agg('_pgembed_key_' || k.position, ', ' ORDER BY k.position),
        pg_catalog.string_agg(pg_catalog.format('key_%s AS _pgembed_key_%1$s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I AS _pgembed_key_%s', source_name, k.name, k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('key[%s]::%s AS _pgembed_key_%1$s', k.position,
                pg_catalog.format_type(a.atttypid, a.atttypmod)),
            ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('key_%s OPERATOR(%s) _pgembed_key_%1$s', k.position, k.equal), ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('_pgembed_key_%s OPERATOR(%s) %s.%I', k.position, k.equal, source_name, k.name),
            ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I::pg_catalog.text', source_name, k.name), ', ' ORDER BY k.position)
    INTO STRICT keys, indexed_keys, source_keys, found_keys, same_key, source_key, key_text
    FROM ROWS FROM (pg_catalog.unnest(served.key_columns), pg_catalog.unnest(made.key_operators))
            WITH ORDINALITY AS k (name, equal, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = index_table::regclass AND a.attname = 'key_' || k.position;
END
$function$;

COMMENT ON FUNCTION pgembed.hybrid_parts(text) IS
    'The pieces of SQL that a hybrid search of the collection is made of. Errors: as pgembed.text_index_parts and '
    'pgembed.serving_store.';
