CREATE OR REPLACE FUNCTION pgembed.space_label(space_id uuid)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT format('%s (%s dimensions, %s, %s)', s.name, s.dimensions, s.metric, left(s.fingerprint, 12))
         FROM pgembed.space s
         WHERE s.space_id = space_label.space_id),
        space_label.space_id::text,
        'no space');
END;

COMMENT ON FUNCTION pgembed.space_label(uuid) IS
    'A space in words, for messages; its id where the catalog does not know it.';
