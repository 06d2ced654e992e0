-- A page is what is nearest among the rows that no page before has shown. A continuation therefore holds a hash of each row
-- that was shown, not the distance of the last one: an index search for more rows may find nearer ones that the search for
-- fewer has missed, and beyond a distance they would never be shown. Rows that were updated are not shown twice, and rows
-- that were deleted move none out of sight. In bytes: version (1), which search it continues (8), a check sum (8), then the
-- hashes of the keys (8 each); in base64url.
CREATE OR REPLACE FUNCTION pgembed.search_page(
    collection text,
    query pgembed.space_vector,
    k integer DEFAULT 10,
    continuation text DEFAULT NULL,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (key text[], distance double precision, next_continuation text)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    most     constant integer := 10000;
    asked    bytea := pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(
        collection, (query).space_id, (query).embedding::text, filter, options - '{ef_search,exact,recall}'::text[])::text,
        'UTF8')), 1, 8);
    token    bytea;
    shown    bytea := '';
    in_all   integer;
    typed    text;
BEGIN
    IF k IS NULL OR k < 1 OR k > most THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to %s, got %s.', most, coalesce(k::text, 'null'));
    END IF;
    IF continuation IS NOT NULL THEN
        BEGIN
            token := pg_catalog.decode(pg_catalog.translate(continuation, '-_', '+/')
                || pg_catalog.repeat('=', (4 - pg_catalog.length(continuation) % 4) % 4), 'base64');
        EXCEPTION
            WHEN invalid_parameter_value THEN
                NULL;
        END;
        shown := pg_catalog.substr(token, 18);
        IF token IS NULL OR pg_catalog.length(shown) < 8 OR pg_catalog.length(shown) % 8 > 0
            OR pg_catalog.get_byte(token, 0) <> 1
            OR pg_catalog.substr(token, 10, 8)
                <> pg_catalog.substr(pg_catalog.sha256(pg_catalog.substr(token, 2, 8) || shown), 1, 8)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'PE022',
                MESSAGE = 'Expected a continuation as the page before has given it, got one that is damaged.',
                HINT = 'Give it whole and unchanged, or none for the first page.';
        END IF;
        IF pg_catalog.substr(token, 2, 8) <> asked THEN
            RAISE EXCEPTION USING ERRCODE = 'PE022',
                MESSAGE = 'Expected a continuation of this search, got one of another.',
                HINT = 'Collection, query, filter and thresholds must be those of the page before.';
        END IF;
    END IF;
    in_all := pg_catalog.length(shown) / 8 + k;
    IF in_all > most THEN
        RAISE EXCEPTION USING ERRCODE = 'PE022',
            MESSAGE = pg_catalog.format('Expected at most %s rows on all pages, got %s with this one.', most, in_all),
            HINT = 'Narrow the search by a filter or max_distance.';
    END IF;

    -- A key is hashed by its values: what their texts are like is a setting of the session.
    SELECT pg_catalog.string_agg(
        pg_catalog.format('s.key[%s]::%s', n, pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY n)
    INTO typed
    FROM pgembed.serving_store(search_page.collection) v
        CROSS JOIN LATERAL pg_catalog.generate_subscripts(v.key_columns, 1) n
        JOIN pg_catalog.pg_attribute a ON a.attrelid = v.store AND a.attname = 'key_' || n;
    RETURN QUERY EXECUTE pg_catalog.format(
        $sql$WITH found AS (
    SELECT s.key, s.distance, s.position, pg_catalog.int8send(pg_catalog.hash_record_extended(ROW(%s), 0)) AS hash
    FROM ROWS FROM (pgembed.search($1, $2, $3, $4, $5)) WITH ORDINALITY AS s (key, distance, position)),
fresh AS (
    SELECT f.key, f.distance, f.hash, pg_catalog.row_number() OVER (ORDER BY f.position) AS position
    FROM found f
    WHERE f.hash NOT IN (
        SELECT pg_catalog.substr($6, 8 * n + 1, 8)
        FROM pg_catalog.generate_series(0, pg_catalog.length($6) / 8 - 1) n)),
further AS (
    SELECT $6 || pg_catalog.string_agg(f.hash, ''::bytea ORDER BY f.position) FILTER (WHERE f.position <= $7) AS hashes
    FROM fresh f
    HAVING pg_catalog.count(*) > $7 OR (SELECT pg_catalog.count(*) FROM found) = $8)
SELECT f.key, f.distance, (
        SELECT pg_catalog.translate(
            pg_catalog.encode(
                '\x01'::bytea || $9 || pg_catalog.substr(pg_catalog.sha256($9 || h.hashes), 1, 8) || h.hashes, 'base64'),
            E'+/=\n', '-_')
        FROM further h)
FROM fresh f
WHERE f.position <= $7
ORDER BY f.position$sql$,
        typed)
    -- One more than the page has, to see whether there is another.
    USING collection, query, least(in_all + 1, most), filter, options, shown, k, most, asked;
END
$function$;

COMMENT ON FUNCTION pgembed.search_page(text, pgembed.space_vector, integer, text, text, jsonb) IS
    'A page of k rows of a search, 10,000 rows at most on all pages: of the rows that pass the filter the k nearest that no '
    'page before has shown, nearest first, each with its key, its distance, and what to give as continuation for the next '
    'page, null where there is none. A row that passes from the first page to the last is shown exactly once, whatever is '
    'written meanwhile. Filter and options: as pgembed.search. Errors: as that; PE022 a continuation that is damaged or of '
    'another search, or more rows than that.';
