-- What was tuned holds for an index that is built as tuning advised, and for so many neighbours: more of them need more
-- candidates, in proportion at the most.
CREATE OR REPLACE FUNCTION pgembed.tuned_ef_search(collection text, k integer)
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
    SELECT least(1000, greatest(s.tuned_ef_search,
        pg_catalog.ceil(s.tuned_ef_search * k / s.tuned_k::double precision)))::integer
    FROM pgembed.collection c
        JOIN pgembed.store s ON s.collection_id = c.collection_id AND s.serving AND s.tuned_at IS NOT NULL
        JOIN pg_catalog.pg_index i ON i.indrelid = pg_catalog.to_regclass(pg_catalog.format('pgembed_store.%I', s.table_name))
            AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid
        JOIN pg_catalog.pg_am m ON m.oid = r.relam AND m.amname = 'hnsw'
        CROSS JOIN LATERAL (
            SELECT pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'm') AS m,
                pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'ef_construction') AS ef_construction
            FROM pg_catalog.pg_options_to_table(r.reloptions) o) AS built
    WHERE c.name = tuned_ef_search.collection
        AND coalesce(built.m::integer, 16) = s.tuned_m
        AND coalesce(built.ef_construction::integer, 64) = s.tuned_ef_construction
    LIMIT 1
$function$;

COMMENT ON FUNCTION pgembed.tuned_ef_search(text, integer) IS
    'The hnsw.ef_search that pgembed index tune found for the collection''s index and so many rows; null where it was not '
    'tuned, or the index is built otherwise than advised.';
