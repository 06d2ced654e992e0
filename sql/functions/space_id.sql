-- The first 16 bytes of SHA-256('fingerprint/dimensions/metric'), marked as a version 8 UUID (RFC 9562): the version in
-- the high half of byte 6, the variant in the two highest bits of byte 8. PgEmbed.VectorSpace derives the same.
CREATE OR REPLACE FUNCTION pgembed.space_id(fingerprint text, dimensions integer, metric text)
RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT encode(
        substring(set_byte(set_byte(hash,
            6, (get_byte(hash, 6) & 15) | 128),
            8, (get_byte(hash, 8) & 63) | 128) FROM 1 FOR 16),
        'hex')::uuid
    FROM sha256(convert_to(fingerprint || '/' || dimensions || '/' || metric, 'UTF8')) AS hash;
END;

COMMENT ON FUNCTION pgembed.space_id(text, integer, text) IS
    'The id of the space with this fingerprint, dimensions and metric: the same in every database.';
