-- Keys are compared by the equality of the store's unique index, named with its schema: an unqualified = on a type such
-- as citext would be another operator under another search_path. (It is the primary key, but where the store is
-- partitioned by a column that may be null.)
CREATE OR REPLACE FUNCTION pgembed.vector_of(collection text, VARIADIC key text[])
RETURNS pgembed.space_vector
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    served    record;
    condition text;
    vector    text;
    result    pgembed.space_vector;
BEGIN
    SELECT s.key_columns, s.store, s.space_id INTO served FROM pgembed.serving_store(vector_of.collection) s;
    IF pg_catalog.cardinality(key) IS DISTINCT FROM pg_catalog.cardinality(served.key_columns) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE003',
            MESSAGE = pg_catalog.format('Expected %s key values (%s) for collection %L, got %s.',
                pg_catalog.cardinality(served.key_columns), pg_catalog.array_to_string(served.key_columns, ', '),
                collection, coalesce(pg_catalog.cardinality(key), 0)),
            HINT = 'Give one value for each key column, in their order.';
    END IF;

    SELECT pg_catalog.string_agg(
        pg_catalog.format('%I OPERATOR(%I.%s) $1[%s]::%s',
            a.attname, n.nspname, o.oprname, pg_catalog.substring(a.attname, '^key_(.*)'),
            pg_catalog.format_type(a.atttypid, -1)),
        ' AND ')
    INTO condition
    FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        JOIN pg_catalog.pg_opclass c
            ON c.oid = i.indclass[pg_catalog.array_position(i.indkey::smallint[], a.attnum)]
        JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amopstrategy = 3
            AND e.amoplefttype = c.opcintype AND e.amoprighttype = c.opcintype
        JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr
        JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
    WHERE i.indrelid = served.store AND i.indisunique AND a.attname LIKE 'key\_%';

    SELECT pg_catalog.format('pgembed.decode(rescoring, %L)', s.codec) INTO vector
    FROM pgembed.search_parts(vector_of.collection) s WHERE s.codec IS NOT NULL;
    EXECUTE pg_catalog.format(
        'SELECT $2, ' || coalesce(vector, 'embedding') || ' FROM %s WHERE %s ORDER BY chunk LIMIT 1', served.store, condition)
    INTO result USING key, served.space_id;
    RETURN CASE WHEN result.space_id IS NOT NULL THEN result END;
END
$function$;

COMMENT ON FUNCTION pgembed.vector_of(text, text[]) IS
    'The stored vector, decoded where the store has tiers, of the collection''s row with this key (of its first chunk), to search for more like it; null '
    'where the row has none. Errors: PE002 no such collection, PE003 another number of key columns.';
