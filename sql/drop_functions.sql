-- Drops the functions that the database was given, but for those that stay, all at once since they may need each other.
-- What the catalog says of them is looked up and never run: who may write there need not be who may drop.
DO $drop_functions$
DECLARE
    former text;
BEGIN
    SELECT pg_catalog.string_agg(p.oid::pg_catalog.regprocedure::text, ', ')
    INTO former
    FROM pgembed.setting s
        CROSS JOIN LATERAL pg_catalog.jsonb_array_elements_text(s.value -> 'signatures') AS signature
        JOIN pg_catalog.pg_proc p ON p.oid = pg_catalog.to_regprocedure(signature)
    WHERE s.name = 'functions'
        AND p.pronamespace = 'pgembed'::pg_catalog.regnamespace
        AND NOT '@kept@'::jsonb ? signature;
    IF former IS NOT NULL THEN
        EXECUTE 'DROP FUNCTION ' || former;
    END IF;
END
$drop_functions$;
