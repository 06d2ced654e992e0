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

    SELECT n.nspname AS schema, t.typname AS type INTO STRICT vector
    FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = served.store AND a.attname = 'embedding';

    statement := format(
        $template$
CREATE OR REPLACE FUNCTION pgembed_store.%1$I(query pgembed.space_vector)
RETURNS TABLE (%2$s, %3$I double precision)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT %4$s, s.embedding OPERATOR(%5$I.%6$s) (SELECT pgembed.in_space($1, %7$L::uuid)::%5$I.%8$I)
    FROM %9$s s;
END
        $template$,
        pgembed.nearest_name(collection),
        columns,
        distance,
        selected,
        vector.schema,
        CASE served.metric WHEN 'cosine' THEN '<=>' WHEN 'l2' THEN '<->' WHEN 'inner_product' THEN '<#>' END,
        served.space_id,
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
        'partitions and indexes. A row of several chunks comes once for each. Made by pgembed.create_nearest.',
        collection));
    RETURN format('pgembed_store.%I', pgembed.nearest_name(collection));
END
$function$;

COMMENT ON FUNCTION pgembed.create_nearest(text) IS
    'Makes, or makes anew, pgembed_store.nearest_<collection>(query) over the store that serves the collection, and '
    'gives its name. Its columns are the collection''s key columns, its carried columns and distance (distance_ where '
    'one of them is called distance). To be called again when another store serves. Errors: PE002 no such collection, '
    'PE004 not served.';
