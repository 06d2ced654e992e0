-- An identifier holds 63 bytes. A name that would fill or exceed them is cut and filled up to exactly 63 with digits of
-- its SHA-256, so that a cut name never equals an uncut one.
CREATE OR REPLACE FUNCTION pgembed.nearest_name(collection text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    kept text := pg_catalog.left(collection, 42);
BEGIN
    IF pg_catalog.octet_length(collection) < 55 THEN
        RETURN 'nearest_' || collection;
    END IF;
    WHILE pg_catalog.octet_length(kept) > 42 LOOP
        kept := pg_catalog.left(kept, -1);
    END LOOP;
    RETURN 'nearest_' || kept || '_' || pg_catalog.left(
        pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(collection, 'UTF8')), 'hex'),
        63 - 9 - pg_catalog.octet_length(kept));
END
$function$;

COMMENT ON FUNCTION pgembed.nearest_name(text) IS
    'The name, in schema pgembed_store, of the collection''s nearest function.';
