CREATE OR REPLACE FUNCTION pgembed.term_query(term text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $function$
    SELECT '''' || pg_catalog.replace(pg_catalog.replace(term, '\', '\\'), '''', '''''') || ''''
$function$;

COMMENT ON FUNCTION pgembed.term_query(text) IS
    'A lexeme as the text of a tsquery for just it, whatever characters it has.';
