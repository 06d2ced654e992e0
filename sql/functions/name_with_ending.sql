-- PgEmbed.Postgres.Sql.SqlName.WithEnding is the same in .NET.
CREATE OR REPLACE FUNCTION pgembed.name_with_ending(stem text, ending text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    room integer := 63 - pg_catalog.octet_length(ending);
    kept text := pg_catalog.left(stem, room);
BEGIN
    WHILE pg_catalog.octet_length(kept) > room LOOP
        kept := pg_catalog.left(kept, -1);
    END LOOP;
    RETURN kept || ending;
END
$function$;

COMMENT ON FUNCTION pgembed.name_with_ending(text, text) IS
    'A name made of a stem and an ending, the stem cut at a character where both take more than 63 bytes.';
