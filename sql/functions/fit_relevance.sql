-- Without judged queries, relevance is a share: rows of the collection, a fixed sample of them, are searched for among the
-- others, and a row is as relevant to a query as it stands out of the query's neighbourhood more than the nearest of those
-- do. How far the nearest stand out is taken for normal, and the normal for logistic, whose slope is 1.702 times as steep.
CREATE OR REPLACE FUNCTION pgembed.fit_relevance(collection text, sample integer DEFAULT 200)
RETURNS double precision
LANGUAGE plpgsql
AS $function$
DECLARE
    neighbors constant integer := 40;
    served   record;
    distance text;
    fitted   record;
BEGIN
    IF sample IS NULL OR sample < 10 OR sample > 100000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected a sample of 10 to 100000 rows, got %s.', coalesce(sample::text, 'null'));
    END IF;
    SELECT s.*, p.index_codec INTO served
    FROM pgembed.serving_store(fit_relevance.collection) s, pgembed.search_parts(fit_relevance.collection) p;
    IF served.index_codec IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE035',
            MESSAGE = pg_catalog.format('Expected collection %L in f32 or f16 to fit relevance on its distances, found a '
                'store with tiers.', collection),
            HINT = 'Fit before the codec is applied, which keeps what was fitted, or by judged queries: pgembed relevance fit.';
    END IF;
    distance := (
        SELECT pg_catalog.format('v.embedding OPERATOR(%I.%s) sampled.embedding', n.nspname,
            CASE served.metric WHEN 'cosine' THEN '<=>' WHEN 'l2' THEN '<->' WHEN 'inner_product' THEN '<#>' END)
        FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        WHERE a.attrelid = served.store AND a.attname = 'embedding');
    -- The nearest is the row itself. Hashes come in no order that has to do with the texts.
    EXECUTE pg_catalog.format(
        $sql$SELECT pg_catalog.count(*) AS queries, pg_catalog.avg(z) AS mean, pg_catalog.stddev_samp(z) AS deviation
        FROM (
            SELECT (pg_catalog.avg(distance) - pg_catalog.min(distance)) / nullif(pg_catalog.stddev_pop(distance), 0) AS z
            FROM (SELECT pg_catalog.row_number() OVER () AS number, embedding
                  FROM (SELECT embedding FROM %1$s WHERE chunk = 0 ORDER BY content_hash LIMIT %2$s) AS hashed) AS sampled
                CROSS JOIN LATERAL (
                    SELECT distance
                    FROM (SELECT %3$s AS distance FROM %1$s v ORDER BY %3$s LIMIT %4$s) AS near
                    ORDER BY distance
                    OFFSET 1) AS neighbor
            GROUP BY number) AS queries
        WHERE z IS NOT NULL$sql$,
        served.store, sample, distance, neighbors + 1)
    INTO fitted;
    IF NOT coalesce(fitted.deviation > 0, false) OR fitted.queries < 10 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE035',
            MESSAGE = pg_catalog.format('Expected collection %L to have enough different vectors to fit relevance on, found '
                'that it has not.', collection),
            HINT = 'Embed more rows first.';
    END IF;
    INSERT INTO pgembed.relevance AS r
        (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
    SELECT c.collection_id, served.space_id, 'distances', neighbors, -1.702 * fitted.mean / fitted.deviation, 0,
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
    'a row of relevance 0.5 stands out of the query''s neighbours as far as the nearest of so many sampled rows do on '
    'average, which it gives, in standard deviations. Errors: as pgembed.serving_store; PE033 the sample is out of its '
    'range, PE035 too few vectors.';
