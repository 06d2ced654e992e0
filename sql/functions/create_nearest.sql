-- Replaced in place where it can be, so that grants on it and views over it stay; dropped first only where the names or
-- types of the key or carried columns have changed.
CREATE OR REPLACE FUNCTION pgembed.create_nearest(collection text)
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    served    record;
    signature text := format('pgembed_store.%I(pgembed.space_vector)', pgembed.nearest_name(collection));
    distance  text := 'distance';
    selected  text;
    columns   text;
    vector    record;
    statement text;
    grants    text[];
BEGIN
    SELECT * INTO served FROM pgembed.serving_store(create_nearest.collection);

    SELECT string_agg(format('s.%I', a.attname), ', ' ORDER BY c.kind, c.position),
        string_agg(format('%I %s', c.name, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY c.kind, c.position)
    INTO selected, columns
    FROM (SELECT 1, 'key_' || position, name, position
          FROM unnest(served.key_columns) WITH ORDINALITY AS k (name, position)
          UNION ALL
          SELECT 2, 'carried_' || position, name, position
          FROM unnest(served.carried_columns) WITH ORDINALITY AS k (name, position)) AS c (kind, attname, name, position)
        JOIN pg_attribute a ON a.attrelid = served.store AND a.attname = c.attname;
    WHILE distance = ANY (served.key_columns || served.carried_columns) LOOP
        distance := distance || '_';
    END LOOP;

    -- By the indexed form where the store has tiers: there is no ranking by codes that an index could serve.
    SELECT p.index_codec, format(
            CASE WHEN p.index_codec IS NULL THEN 'pgembed.in_space($1, %L::uuid)'
                ELSE 'pgembed.indexed_form(pgembed.in_space($1, %L::uuid), %L)' END,
            served.space_id, p.index_codec) AS query,
        split_part(p.distance, '$1::', 1) AS operator, split_part(p.distance, '$1::', 2) AS type
    INTO STRICT vector
    FROM pgembed.search_parts(create_nearest.collection) p;

    statement := format(
        $template$
CREATE OR REPLACE FUNCTION pgembed_store.%1$I(query pgembed.space_vector)
RETURNS TABLE (%2$s, %3$I double precision)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT %4$s, s.embedding %5$s(SELECT %6$s::%7$s)
    FROM %8$s s;
END
        $template$,
        pgembed.nearest_name(collection),
        columns,
        distance,
        selected,
        vector.operator,
        vector.query,
        vector.type,
        served.store);
    BEGIN
        EXECUTE statement;
    EXCEPTION
        WHEN invalid_function_definition THEN
            -- Who may use it stays: without a list of grants everyone may, as with a new function.
            SELECT array_agg(format('GRANT EXECUTE ON FUNCTION %s TO %s%s', signature,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                CASE WHEN a.is_grantable AND a.grantee <> 0 THEN ' WITH GRANT OPTION' ELSE '' END))
            INTO grants
            FROM pg_proc p, aclexplode(p.proacl) a
            WHERE p.oid = signature::regprocedure;
            EXECUTE 'DROP FUNCTION ' || signature;
            EXECUTE statement;
            IF grants IS NOT NULL THEN
                EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', signature);
                EXECUTE array_to_string(grants, ';');
            END IF;
    END;

    EXECUTE format('COMMENT ON FUNCTION %s IS %L', signature, format(
        'Rows of collection %s by their key, each with its distance to the query: join it, filter, ORDER BY distance '
        'LIMIT k. Carried columns are as the store has them: join by them too, and a filter on one reaches the store''s '
        'partitions and indexes. A row of several chunks comes once for each. %sMade by pgembed.create_nearest.',
        collection,
        CASE WHEN vector.index_codec IS NOT NULL THEN 'The distance is that of the indexed form: pgembed.search ranks by codes. '
            ELSE '' END));
    RETURN format('pgembed_store.%I', pgembed.nearest_name(collection));
END
$function$;

COMMENT ON FUNCTION pgembed.create_nearest(text) IS
    'Makes, or makes anew, pgembed_store.nearest_<collection>(query) over the store that serves the collection, and '
    'gives its name. Its columns are the collection''s key columns, its carried columns and distance (distance_ where '
    'one of them is called distance). To be called again when another store serves. Errors: PE002 no such collection, '
    'PE004 not served.';
