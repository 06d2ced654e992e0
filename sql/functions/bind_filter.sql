-- One pass over the filter: what a value holds is never looked at for placeholders.
CREATE OR REPLACE FUNCTION pgembed.bind_filter(filter text, marker text, "values" text[], types regtype[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
    SELECT pg_catalog.string_agg(
        CASE part.place
            WHEN 1 THEN part.sql
            ELSE pg_catalog.format('(%L::%s)',
                    "values"[pg_catalog.split_part(part.sql, '$', 1)::integer],
                    types[pg_catalog.split_part(part.sql, '$', 1)::integer])
                || pg_catalog.substr(part.sql, pg_catalog.strpos(part.sql, '$') + 1)
        END,
        '' ORDER BY part.place)
    FROM pg_catalog.string_to_table(filter, marker) WITH ORDINALITY AS part (sql, place)
$function$;

COMMENT ON FUNCTION pgembed.bind_filter(text, text, text[], regtype[]) IS
    'A filter with its values in it as quoted constants: where it has the marker, a number n and a dollar sign, it gets '
    'values[n] as types[n]. The marker is a word that the filter has nowhere else.';
