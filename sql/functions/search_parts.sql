-- The pieces of SQL that every search statement of a collection is put together from. The store's columns are renamed, so
-- that a filter's plain names can only mean the source table's. Keys are compared by the equality of the store's
-- unique index, named with its schema: an unqualified = on a type such as citext would be another operator under another
-- search path. A type of pg_catalog has it there, which saves looking.
CREATE OR REPLACE FUNCTION pgembed.search_parts(
    collection text,
    OUT source text,
    OUT source_name text,
    OUT store text,
    OUT store_id integer,
    OUT space_id uuid,
    OUT distance text,
    OUT store_keys text,
    OUT matching_keys text,
    OUT matching_join text,
    OUT keys text,
    OUT key_join text,
    OUT key_text text,
    OUT indexed boolean,
    OUT codec text,
    OUT index_codec text,
    OUT candidates integer,
    OUT by_vector text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    served     record;
    metric_sql text;
BEGIN
    SELECT s.store, s.space_id, s.metric, s.key_columns, c.source_schema, c.source_table, t.store_id
    INTO served
    FROM pgembed.serving_store(search_parts.collection) s
        JOIN pgembed.collection c ON c.name = search_parts.collection
        JOIN pgembed.store t ON t.collection_id = c.collection_id AND t.serving;
    source := pg_catalog.format('%I.%I', served.source_schema, served.source_table);
    source_name := pg_catalog.quote_ident(served.source_table);
    store := served.store::text;
    store_id := served.store_id;
    space_id := served.space_id;
    SELECT s.codec, s.index_codec, s.candidates INTO codec, index_codec, candidates
    FROM pgembed.store s WHERE s.store_id = served.store_id AND s.index_codec IS NOT NULL;

    -- Bits are compared by how many differ, whatever the space's metric; bit is the server's own type, not pgvector's.
    SELECT CASE
            WHEN t.typname = 'bit' THEN '<~>'
            WHEN served.metric = 'cosine' THEN '<=>'
            WHEN served.metric = 'l2' THEN '<->'
            WHEN served.metric = 'inner_product' THEN '<#>'
        END,
        CASE
            WHEN t.typname = 'bit' THEN pg_catalog.format('$1::pg_catalog.bit(%s)', a.atttypmod)
            ELSE pg_catalog.format('$1::%I.%I', n.nspname, t.typname)
        END
    INTO STRICT metric_sql, distance
    FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = served.store AND a.attname = 'embedding';
    distance := pg_catalog.format('OPERATOR(%I.%s) %s', (
            SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'vector'), metric_sql, distance);
    -- The cast is within the subquery, so that it is made once and not for each row.
    by_vector := CASE
            WHEN index_codec IS NULL THEN distance
            ELSE pg_catalog.format('%s(SELECT pgembed.indexed_form($1, %L)::%s)',
                pg_catalog.split_part(distance, '$1::', 1), index_codec, pg_catalog.split_part(distance, '$1::', 2))
        END;

    SELECT pg_catalog.string_agg(pg_catalog.format('key_%s AS _pgembed_key_%1$s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(pg_catalog.format('_pgembed_key_%s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I AS _pgembed_key_%s', source_name, k.name, k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('key_%s OPERATOR(%s) _pgembed_key_%1$s', k.position, e.name), ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('_pgembed_key_%s OPERATOR(%s) %s.%I', k.position, e.name, source_name, k.name),
            ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I::pg_catalog.text', source_name, k.name), ', ' ORDER BY k.position)
    INTO store_keys, keys, matching_keys, matching_join, key_join, key_text
    FROM pg_catalog.unnest(served.key_columns) WITH ORDINALITY AS k (name, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = served.store AND a.attname = 'key_' || k.position
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        CROSS JOIN LATERAL (
            SELECT CASE t.typnamespace
                WHEN 'pg_catalog'::regnamespace THEN 'pg_catalog.='
                ELSE (
                    SELECT pg_catalog.format('%I.%s', n.nspname, o.oprname)
                    FROM pg_catalog.pg_index i
                        JOIN pg_catalog.pg_opclass c
                            ON c.oid = i.indclass[pg_catalog.array_position(i.indkey::smallint[], a.attnum)]
                        JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amopstrategy = 3
                            AND e.amoplefttype = c.opcintype AND e.amoprighttype = c.opcintype
                        JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr
                        JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
                    WHERE i.indrelid = served.store AND i.indisunique)
            END) AS e (name);

    -- An index serves the search only by the distance of the space's own metric.
    indexed := EXISTS (
        SELECT
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid
            JOIN pg_catalog.pg_am m ON m.oid = r.relam AND m.amname = 'hnsw'
            JOIN pg_catalog.pg_opclass c ON c.oid = i.indclass[0]
            JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amoppurpose = 'o'
            JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr AND o.oprname = metric_sql
        WHERE i.indrelid = served.store AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL);
END
$function$;

COMMENT ON FUNCTION pgembed.search_parts(text) IS
    'The pieces of SQL that a search of the collection is made of, and whether an HNSW index serves it. Where its store has '
    'tiers, the codec that ranks, the codec of the indexed form, which $1 of distance is to be in while that of by_vector '
    'is the query vector itself, and how many candidates are ranked for 10 rows. Errors: as pgembed.serving_store.';
