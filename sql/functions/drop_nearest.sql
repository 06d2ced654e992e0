CREATE OR REPLACE FUNCTION pgembed.drop_nearest(collection text)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    signature text := format('pgembed_store.%I(pgembed.space_vector)', pgembed.nearest_name(collection));
BEGIN
    IF to_regprocedure(signature) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE 'DROP FUNCTION ' || signature;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION pgembed.drop_nearest(text) IS
    'Drops pgembed_store.nearest_<collection>; false where there was none. Needed before the store''s table can be '
    'dropped.';
