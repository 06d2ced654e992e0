CREATE OR REPLACE FUNCTION pgembed.fitted_codec(codec text)
RETURNS pgembed.codec
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    fitted pgembed.codec;
BEGIN
    SELECT c.* INTO fitted FROM pgembed.codec c WHERE c.name = fitted_codec.codec AND c.parameters IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE040',
            MESSAGE = pg_catalog.format('Expected the name of a fitted codec, got %L.', codec),
            HINT = pg_catalog.format('There are: %s.', coalesce((
                SELECT pg_catalog.string_agg(c.name, ', ' ORDER BY c.name) FROM pgembed.codec c
                WHERE c.parameters IS NOT NULL), 'none'));
    END IF;
    RETURN fitted;
END
$function$;

COMMENT ON FUNCTION pgembed.fitted_codec(text) IS
    'A codec that was fitted, with its parameters. Errors: PE040 no such codec.';
