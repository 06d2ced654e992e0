\i include/codecs.sql
INSERT INTO pgembed.codec_form
SELECT codec_id, f.place, f.weights, f.shift
FROM pgembed.codec, (VALUES (1, '[0,1]'::vector, -0.5), (2, '[-1,0]', 0)) f (place, weights, shift)
WHERE name = 'signs';
SELECT codec_id AS signs FROM pgembed.codec WHERE name = 'signs' \gset
SELECT pgembed.form_values(:signs, '{3,4}', 1), pgembed.form_values(:signs, '{3,4}', 5);
-- A codec without rows leaves vectors as they are.
SELECT pgembed.form_values(-1, '{3,4}', 5), pgembed.form_values(:signs, NULL, 1);
