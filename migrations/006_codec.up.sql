-- Codecs that are fitted: what was fitted, once more in a form that SQL can decode and score by.
--
-- A code's levels are what its bytes, half bytes or bits stand for. The value of coded dimension i is
-- factor * (lows[i] + steps[i] * level i), the factor being the vector's own and standing before the code where its kind
-- has one. Transforms are affine: a vector is shift + M * values, a query's product with it is
-- product(query, shift) + product(M' * query, values); codec_weights has the rows of M and of its transpose M'.

ALTER TABLE pgembed.codec
    ADD COLUMN space_id uuid,
    ADD COLUMN metric text CONSTRAINT codec_metric_check CHECK (metric IN ('cosine', 'l2', 'inner_product')),
    ADD COLUMN dimensions integer CONSTRAINT codec_dimensions_check CHECK (dimensions BETWEEN 1 AND 16000),
    ADD COLUMN coded_dimensions integer CONSTRAINT codec_coded_dimensions_check CHECK (coded_dimensions BETWEEN 1 AND 16000),
    ADD COLUMN code_bytes integer CONSTRAINT codec_code_bytes_check CHECK (code_bytes >= 1),
    ADD COLUMN has_factor boolean,
    ADD COLUMN levels real[],
    ADD COLUMN lows real[] CONSTRAINT codec_lows_check CHECK (cardinality(lows) = coded_dimensions),
    ADD COLUMN steps real[] CONSTRAINT codec_steps_check CHECK (cardinality(steps) = coded_dimensions),
    ADD COLUMN parts integer[] CONSTRAINT codec_parts_check CHECK (cardinality(parts) = coded_dimensions),
    ADD COLUMN shift real[] CONSTRAINT codec_shift_check CHECK (cardinality(shift) = dimensions),
    ADD CONSTRAINT codec_kind_check CHECK (kind IN ('f32', 'f16', 'fp8_e4m3', 'fp8_e5m2', 'sq8', 'sq4', 'nq4', 'bit',
        'mbit2', 'mbit3', 'mbit4', 'rabitq', 'pq')),
    ADD CONSTRAINT codec_fitted_check CHECK (num_nulls(
        parameters, fingerprint, space_id, metric, dimensions, coded_dimensions, code_bytes, has_factor, levels) IN (0, 9)),
    ADD CONSTRAINT codec_parts_kind_check CHECK ((kind = 'pq') = (parts IS NOT NULL));
COMMENT ON COLUMN pgembed.codec.kind IS 'Its quantizer. Without parameters: f32 (vector), f16 (halfvec).';
COMMENT ON COLUMN pgembed.codec.space_id IS
    'The space of the vectors that it was fitted for; null where it is not fitted, as the columns behind.';
COMMENT ON COLUMN pgembed.codec.metric IS 'How its vectors are compared.';
COMMENT ON COLUMN pgembed.codec.dimensions IS 'The length of the vectors it takes.';
COMMENT ON COLUMN pgembed.codec.coded_dimensions IS 'The length of what its transforms make of them.';
COMMENT ON COLUMN pgembed.codec.code_bytes IS 'The length of a code.';
COMMENT ON COLUMN pgembed.codec.has_factor IS 'Whether a code begins with a factor of its own.';
COMMENT ON COLUMN pgembed.codec.levels IS
    'What a piece of a code stands for: a byte, half a byte, a bit, the bits of all planes; under pq 256 centres for each '
    'coded dimension; under f32 and f16 the power of 2 that an exponent stands for.';
COMMENT ON COLUMN pgembed.codec.lows IS 'What is added in each coded dimension; null for 0.';
COMMENT ON COLUMN pgembed.codec.steps IS 'What a level is multiplied with in each coded dimension; null for 1.';
COMMENT ON COLUMN pgembed.codec.parts IS 'Under pq, which byte of a code each coded dimension belongs to, from 0.';
COMMENT ON COLUMN pgembed.codec.shift IS 'What is added to a decoded vector; null for 0.';

CREATE TABLE pgembed.codec_weights (
    codec_id  integer NOT NULL
        CONSTRAINT codec_weights_codec_id_fkey REFERENCES pgembed.codec (codec_id) ON DELETE CASCADE,
    for_query boolean NOT NULL,
    position  integer NOT NULL CONSTRAINT codec_weights_position_check CHECK (position >= 1),
    weights   @vector_schema@.vector NOT NULL,
    CONSTRAINT codec_weights_pkey PRIMARY KEY (codec_id, for_query, position)
);
COMMENT ON TABLE pgembed.codec_weights IS 'The transforms of a codec as one matrix; no rows where it has none.';
COMMENT ON COLUMN pgembed.codec_weights.codec_id IS 'The codec.';
COMMENT ON COLUMN pgembed.codec_weights.for_query IS
    'True: a row for each coded dimension, which maps queries. False: a row for each dimension, which decodes.';
COMMENT ON COLUMN pgembed.codec_weights.position IS 'The dimension, from 1.';
COMMENT ON COLUMN pgembed.codec_weights.weights IS 'The row of the matrix.';
