\i include/codecs.sql
-- Signs of (y - 0.5, -x), values of (x + y, z), and a codec that leaves vectors as they are.
INSERT INTO pgembed.codec_form
SELECT codec_id, f.place, f.weights, f.shift
FROM pgembed.codec, (VALUES (1, '[0,1]'::vector, -0.5), (2, '[-1,0]', 0)) f (place, weights, shift)
WHERE name = 'signs';
INSERT INTO pgembed.codec (name, kind, parameters, fingerprint, space_id, metric, dimensions, coded_dimensions, code_bytes,
    has_factor, levels)
SELECT name, 'f16', '\x00', repeat('9', 64), :'space', 'cosine', 3, coded, 2 * coded, false, '{}'
FROM (VALUES ('sums', 2), ('plain', 3)) c (name, coded);
INSERT INTO pgembed.codec_form
SELECT codec_id, f.place, f.weights, f.shift
FROM pgembed.codec, (VALUES (1, '[1,1,0]'::vector, 0.5), (2, '[0,0,1]', 0)) f (place, weights, shift)
WHERE name = 'sums';
SELECT pgembed.indexed_form('{1,1}', 'signs'), pgembed.indexed_form('{-1,0.5}', 'signs'), pgembed.indexed_form(NULL, 'signs');
-- Under cosine the query is brought to length 1 first.
SELECT pgembed.indexed_form('{0,3,4}', 'sums'), pgembed.indexed_form('{0,3,4}', 'plain');
SELECT pgembed.indexed_form('{0,0,0}', 'sums');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.indexed_form('{1,2}', 'sums');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.indexed_form('{1,2}', 'none');
\echo :LAST_ERROR_SQLSTATE
