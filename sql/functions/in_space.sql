CREATE OR REPLACE FUNCTION pgembed.in_space(query pgembed.space_vector, space_id uuid)
RETURNS @vector_schema@.vector
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
BEGIN
    IF (query).space_id = in_space.space_id AND (query).embedding IS NOT NULL THEN
        RETURN (query).embedding;
    END IF;
    IF (query).space_id IS NULL OR (query).embedding IS NULL THEN
        -- pgvector would answer a null with rows in no order at all.
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'Expected a query vector, got null.',
            HINT = 'The row or text that it was taken from has no vector.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'PE001',
        MESSAGE = pg_catalog.format('Expected a vector of space %s, got one of %s.',
            pgembed.space_label(in_space.space_id), pgembed.space_label((query).space_id)),
        HINT = 'Embed the query again with the collection''s own model.';
END
$function$;

COMMENT ON FUNCTION pgembed.in_space(pgembed.space_vector, uuid) IS
    'The query''s vector when it is of the space; else an error (PE001 another space, 22004 no vector).';
