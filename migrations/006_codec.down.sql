DROP TABLE pgembed.codec_weights;
DELETE FROM pgembed.codec WHERE parameters IS NOT NULL;
ALTER TABLE pgembed.codec
    DROP CONSTRAINT codec_parts_kind_check,
    DROP CONSTRAINT codec_fitted_check,
    DROP CONSTRAINT codec_kind_check,
    DROP COLUMN space_id,
    DROP COLUMN metric,
    DROP COLUMN dimensions,
    DROP COLUMN coded_dimensions,
    DROP COLUMN code_bytes,
    DROP COLUMN has_factor,
    DROP COLUMN levels,
    DROP COLUMN lows,
    DROP COLUMN steps,
    DROP COLUMN parts,
    DROP COLUMN shift;
COMMENT ON COLUMN pgembed.codec.kind IS 'Its kind: f32 (vector), f16 (halfvec).';
