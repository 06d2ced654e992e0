CREATE OR REPLACE FUNCTION pgembed.check_search_options(options jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    option record;
BEGIN
    IF options = '{}' THEN
        RETURN;
    END IF;
    IF pg_catalog.jsonb_typeof(options) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'PE021',
            MESSAGE = pg_catalog.format('Expected the options of a search as a JSON object, got %s.',
                coalesce(options::text, 'null'));
    END IF;
    FOR option IN SELECT o.key, o.value FROM pg_catalog.jsonb_each(options) o WHERE o.value <> 'null' LOOP
        IF option.key NOT IN ('ef_search', 'exact', 'max_distance', 'recall') THEN
            RAISE EXCEPTION USING ERRCODE = 'PE021',
                MESSAGE = pg_catalog.format('Expected an option of a search, got %L.', option.key),
                HINT = 'There are: ef_search, exact, max_distance, recall.';
        END IF;
        -- In parentheses: plpgsql takes the condition to end at a THEN outside of any.
        IF (CASE option.key
            WHEN 'exact' THEN pg_catalog.jsonb_typeof(option.value) <> 'boolean'
            WHEN 'ef_search' THEN pg_catalog.jsonb_typeof(option.value) <> 'number'
                OR option.value::numeric NOT BETWEEN 1 AND 1000 OR option.value::numeric % 1 <> 0
            WHEN 'recall' THEN pg_catalog.jsonb_typeof(option.value) <> 'number'
                OR option.value::numeric <= 0 OR option.value::numeric > 1
            ELSE pg_catalog.jsonb_typeof(option.value) <> 'number'
        END) THEN
            RAISE EXCEPTION USING ERRCODE = 'PE021',
                MESSAGE = pg_catalog.format('Expected %s as %s, got %s.', option.key,
                    CASE option.key
                        WHEN 'exact' THEN 'true or false'
                        WHEN 'ef_search' THEN 'a whole number from 1 to 1000'
                        WHEN 'recall' THEN 'a number above 0, at most 1'
                        ELSE 'a number'
                    END,
                    option.value);
        END IF;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.check_search_options(jsonb) IS
    'Nothing where the options are those of a search, each in its range; else an error (PE021).';
