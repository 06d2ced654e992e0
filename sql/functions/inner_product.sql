CREATE OR REPLACE FUNCTION pgembed.inner_product(a real[], b real[])
RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT @vector_schema@.inner_product(a::@vector_schema@.vector, b::@vector_schema@.vector);
END;

COMMENT ON FUNCTION pgembed.inner_product(real[], real[]) IS
    'The inner product of two arrays of one length, by pgvector, wherever that is.';
