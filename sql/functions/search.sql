-- The search runs in a subtransaction that is always rolled back, once its rows are on their way: so the settings of the
-- plan end with it, and nothing that a function of the filter's does can stay. The subtransaction is read-only besides,
-- so that such a function fails rather than seems to work.
CREATE OR REPLACE FUNCTION pgembed.search(
    collection text,
    query pgembed.space_vector,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (key text[], distance double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    planned record;
    found   record;
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    options := pgembed.with_distance_limit(collection, query, options);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    PERFORM pgembed.begin_search(collection, planned.space_id, planned.settings);
    FOR found IN EXECUTE planned.statement USING pgembed.in_space(query, planned.space_id) LOOP
        key := found.key;
        distance := found._pgembed_distance;
        RETURN NEXT;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.search(text, pgembed.space_vector, integer, text, jsonb) IS
    'The min(k, rows that match) rows of the collection nearest to the query among those that pass the filter, nearest '
    'first: each row''s key columns as texts, and its distance. The filter is a condition in SQL over the source table''s '
    'columns, run read-only and with the caller''s rights; values in it are the caller''s to quote. Options: ef_search, '
    'exact, max_distance. Errors: as pgembed.plan_search; PE001 a vector of another space; 22004 no vector.';
