-- The server itself finds what a filter says of the store: it plans the filter over rows whose key and carried columns
-- stand on one side of a join and all others on the other, and what it puts on the first side alone is what holds of the
-- store. So nothing is parsed here, and each condition follows from the filter. Neither side reads a table: the columns
-- are nulls of the right type, kept apart by OFFSET 0. A value is a call of current_setting in the plan, which the server
-- neither knows nor looks up while it plans, so that it can be told in the plan's text and made a value again.
CREATE OR REPLACE FUNCTION pgembed.carried_condition(
    collection text,
    filter text,
    marker text DEFAULT NULL,
    types regtype[] DEFAULT NULL,
    columns text[] DEFAULT NULL,
    OUT condition text,
    OUT whole boolean)
LANGUAGE plpgsql
SET jit = off
AS $function$
DECLARE
    -- Drawn at random, so that no text in the filter has it.
    alias   constant text := '_pgembed_' || pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', '');
    asked   text := filter;
    source  record;
    plan    jsonb;
BEGIN
    whole := false;
    SELECT c.source_table AS name,
        pg_catalog.string_agg(
            pg_catalog.format('%I.%I AS %I',
                CASE WHEN s.name IS NULL THEN '_pgembed_source' ELSE alias END, coalesce(s.name, a.attname), a.attname),
            ', ' ORDER BY a.attnum) AS columns,
        pg_catalog.string_agg(n.value, ', ') FILTER (WHERE s.name IS NOT NULL) AS stored,
        coalesce(pg_catalog.string_agg(n.value, ', ') FILTER (WHERE s.name IS NULL), 'NULL') AS others
    INTO source
    FROM pgembed.collection c
        JOIN pg_catalog.pg_class t
            ON t.oid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', c.source_schema, c.source_table))
        JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
        LEFT JOIN pg_catalog.pg_namespace m ON m.oid = l.collnamespace
        CROSS JOIN LATERAL (SELECT CASE
            WHEN carried_condition.columns IS NOT NULL
                THEN CASE WHEN a.attname = ANY (carried_condition.columns) THEN a.attname::text END
            ELSE coalesce(
                'key_' || pg_catalog.array_position(c.key_columns, a.attname::text),
                'carried_' || pg_catalog.array_position(c.carried_columns, a.attname::text))
            END) AS s (name)
        CROSS JOIN LATERAL (SELECT pg_catalog.format('NULL::%s%s AS %I',
            pg_catalog.format_type(a.atttypid, a.atttypmod),
            CASE WHEN l.oid IS NOT NULL THEN pg_catalog.format(' COLLATE %I.%I', m.nspname, l.collname) END,
            coalesce(s.name, a.attname))) AS n (value)
    WHERE c.name = carried_condition.collection
    GROUP BY c.source_table;
    IF source.stored IS NULL OR filter IS NULL THEN
        RETURN;
    END IF;

    FOR number IN 1 .. coalesce(pg_catalog.cardinality(types), 0) LOOP
        asked := pg_catalog.replace(asked, marker || number || '$',
            pg_catalog.format('pg_catalog.current_setting(%L, true)::%s', marker || number || '$', types[number]));
    END LOOP;
    -- A loop, because EXECUTE of a loop takes one statement alone: what a filter smuggles in behind a semicolon is
    -- refused. In the wrong place a column is no table's, and what needs the table's own rows is none of the store's.
    BEGIN
        FOR plan IN EXECUTE pg_catalog.format(
            E'EXPLAIN (FORMAT JSON) SELECT FROM (SELECT %s FROM (SELECT %s OFFSET 0) AS %I '
                'CROSS JOIN (SELECT %s OFFSET 0) AS _pgembed_source) AS %I WHERE (\n%s\n)',
            source.columns, source.stored, alias, source.others, source.name, asked)
        LOOP
            EXIT;
        END LOOP;
    EXCEPTION
        WHEN syntax_error_or_access_rule_violation THEN
            RETURN;
    END;

    condition := pg_catalog.jsonb_path_query_first(
        plan, '$.**?(@.Alias == $alias).Filter', pg_catalog.jsonb_build_object('alias', alias)) #>> '{}';
    -- What a subquery gives has a number in a plan, like a value: it can't be told which.
    IF condition ~ 'SubPlan|InitPlan|\$[0-9]' AND plan @? '$.**?(@."Parent Relationship" like_regex "InitPlan|SubPlan")' THEN
        condition := NULL;
    END IF;
    IF condition IS NULL THEN
        RETURN;
    END IF;
    whole := NOT pg_catalog.jsonb_path_exists(
        plan, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex "Filter$|Cond$" && @.value != $condition)',
        pg_catalog.jsonb_build_object('condition', condition));
    condition := pg_catalog.replace(condition, alias || '.', '');
    FOR number IN 1 .. coalesce(pg_catalog.cardinality(types), 0) LOOP
        condition := pg_catalog.replace(condition,
            pg_catalog.format('current_setting(%L::text, true)', marker || number || '$'), marker || number || '$');
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.carried_condition(text, text, text, regtype[], text[]) IS
    'What a filter over the collection''s table says of its key and carried columns alone, as a condition over the store''s '
    'columns; null where it says nothing of them. whole: the filter says nothing else. A value stands in the filter as '
    'the marker, its number and a dollar sign, its type in types, and in the condition the same. With columns: what it says '
    'of these columns of the table alone, as a condition over them.';
