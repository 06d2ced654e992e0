-- Without judged queries, relevance is a share: rows of the collection, a fixed sample of them, are searched for among the
-- others, and a row is as relevant to a query as it stands out of the query's neighbourhood more than the ten nearest of
-- those do. How far those stand out is taken for normal, and the normal for logistic, whose slope is 1.702 times as steep.
CREATE OR REPLACE FUNCTION pgembed.fit_relevance(collection text, sample integer DEFAULT 200)
RETURNS double precision
LANGUAGE plpgsql
AS $function$
DECLARE
    neighbors constant integer := 40;
    parts  record;
    fitted record;
BEGIN
    IF sample IS NULL OR sample < 10 OR sample > 100000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected a sample of 10 to 100000 rows, got %s.', coalesce(sample::text, 'null'));
    END IF;
    SELECT * INTO parts FROM pgembed.search_parts(fit_relevance.collection);
    PERFORM pg_catalog.set_config('hnsw.ef_search', (neighbors + 1)::text, true);
    -- The nearest is the row itself. Hashes come in no order that has to do with the texts.
    EXECUTE pg_catalog.format(
        $sql$SELECT pg_catalog.count(DISTINCT number) AS queries, pg_catalog.avg(z) AS mean,
            pg_catalog.stddev_samp(z) AS deviation
        FROM (
            SELECT number, place, (pg_catalog.avg(distance) OVER query - distance)
                / nullif(pg_catalog.stddev_pop(distance) OVER query, 0) AS z
            FROM (SELECT embedding, pg_catalog.row_number() OVER () AS number
                  FROM (SELECT embedding FROM %1$s WHERE chunk = 0 ORDER BY content_hash LIMIT %2$s) AS hashed) AS sampled
                CROSS JOIN LATERAL (
                    SELECT distance, pg_catalog.row_number() OVER (ORDER BY distance) AS place
                    FROM (SELECT embedding %3$s AS distance FROM %1$s ORDER BY embedding %3$s LIMIT %4$s) AS near
                    ORDER BY distance
                    OFFSET 1) AS neighbor
            WINDOW query AS (PARTITION BY number)) AS pairs
        WHERE place <= 11 AND z IS NOT NULL$sql$,
        parts.store, sample, pg_catalog.replace(parts.distance, '$1', 'sampled.embedding'), neighbors + 1)
    INTO fitted;
    IF NOT coalesce(fitted.deviation > 0, false) OR fitted.queries < 10 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE035',
            MESSAGE = pg_catalog.format('Expected collection %L to have enough different vectors to fit relevance on, found '
                'that it has not.', collection),
            HINT = 'Embed more rows first.';
    END IF;
    INSERT INTO pgembed.relevance AS r
        (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
    SELECT c.collection_id, parts.space_id, 'distances', neighbors, -1.702 * fitted.mean / fitted.deviation, 0,
        1.702 / fitted.deviation, fitted.queries
    FROM pgembed.collection c
    WHERE c.name = fit_relevance.collection
    ON CONFLICT (collection_id, space_id) DO UPDATE
    SET fitted_on = excluded.fitted_on, neighbors = excluded.neighbors, intercept = excluded.intercept,
        nearness = excluded.nearness, distinctness = excluded.distinctness, queries = excluded.queries,
        fitted_at = pg_catalog.now();
    RETURN fitted.mean;
END
$function$;

COMMENT ON FUNCTION pgembed.fit_relevance(text, integer) IS
    'Fits, without judged queries, what relevance a distance stands for in this collection, for min_relevance in searches: '
    'a row of relevance 0.5 stands out of the query''s neighbours as far as the ten nearest of so many sampled rows do on '
    'average, which it gives, in standard deviations. Errors: as pgembed.search_parts; PE033 the sample is out of its '
    'range, PE035 too few vectors.';
