CREATE OR REPLACE FUNCTION pgembed.collection_status(name text DEFAULT NULL)
RETURNS TABLE (
    collection    text,
    source        text,
    key_columns   text[],
    text_columns  text[],
    space         text,
    space_id      uuid,
    dimensions    integer,
    metric        text,
    codec         text,
    store         text,
    serving       boolean,
    vectors       bigint,
    source_rows   bigint,
    indexes       text[],
    indexes_valid boolean,
    store_bytes   bigint,
    index_bytes   bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    found_store  regclass;
    found_source regclass;
BEGIN
    IF name IS NOT NULL AND NOT EXISTS (SELECT FROM pgembed.collection c WHERE c.name = collection_status.name) THEN
        PERFORM pgembed.serving_store(name);
    END IF;

    FOR collection, source, key_columns, text_columns, space, space_id, dimensions, metric, codec, store, serving IN
        SELECT c.name, format('%I.%I', c.source_schema, c.source_table), c.key_columns, c.text_columns,
            p.name, p.space_id, p.dimensions, p.metric, s.codec,
            'pgembed_store.' || quote_ident(s.table_name), s.serving
        FROM pgembed.collection c
            LEFT JOIN pgembed.store s USING (collection_id)
            LEFT JOIN pgembed.space p USING (space_id)
        WHERE collection_status.name IS NULL OR c.name = collection_status.name
        ORDER BY c.name COLLATE "C", s.serving DESC, s.store_id
    LOOP
        found_source := to_regclass(source);
        SELECT CASE WHEN min(r.reltuples) >= 0 THEN sum(r.reltuples)::bigint END
        INTO source_rows
        FROM pg_class r
        WHERE r.relkind IN ('r', 'm')
            AND r.oid IN (SELECT found_source UNION ALL SELECT relid FROM pg_partition_tree(found_source));

        found_store := to_regclass(store);
        vectors := NULL;
        IF found_store IS NOT NULL AND has_table_privilege(found_store, 'SELECT') THEN
            EXECUTE format('SELECT count(*) FROM %s', found_store) INTO vectors;
        END IF;
        -- A partitioned store has its bytes, and those of its indexes, in its partitions.
        SELECT coalesce(sum(pg_total_relation_size(t.relid)), pg_total_relation_size(found_store))
        INTO store_bytes
        FROM pg_partition_tree(found_store) t;
        SELECT array_agg(r.relname::text ORDER BY r.relname) FILTER (WHERE NOT r.relispartition),
            bool_and(i.indisvalid), coalesce(sum(pg_relation_size(r.oid)), 0)
        INTO indexes, indexes_valid, index_bytes
        FROM pg_index i
            JOIN pg_class r ON r.oid = i.indexrelid
            JOIN pg_am m ON m.oid = r.relam AND m.amname = 'hnsw'
        WHERE i.indrelid IN (SELECT found_store UNION SELECT relid FROM pg_partition_tree(found_store));
        store_bytes := store_bytes - index_bytes;
        RETURN NEXT;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.collection_status(text) IS
    'Each store of the named collection, or of all: what it is over, the vectors in it (counted; null without the '
    'right to read them), rows of the source (the planner''s estimate; null before the first ANALYZE), its vector '
    'indexes and whether all are valid, and bytes on disk without and of those indexes. Error: PE002 no such '
    'collection.';
