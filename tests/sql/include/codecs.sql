-- Codecs as they are recorded: integers of 3 dimensions under each metric, and signs behind a rotation by 90 degrees.
\set ECHO none
\set SHOW_CONTEXT never
\set space 00000000-0000-0000-0000-000000000007
INSERT INTO pgembed.codec (name, kind, parameters, fingerprint, space_id, metric, dimensions, coded_dimensions, code_bytes,
    has_factor, levels, lows, steps)
SELECT 'bytes ' || metric, 'sq8', '\x00', repeat('7', 64), :'space', metric, 3, 3, CASE metric WHEN 'l2' THEN 7 ELSE 3 END,
    false, ARRAY(SELECT generate_series(0, 255)), '{-1,-1,0}', '{0.5,0.5,2}'
FROM unnest(ARRAY['cosine', 'l2', 'inner_product']) metric;
INSERT INTO pgembed.codec (name, kind, parameters, fingerprint, space_id, metric, dimensions, coded_dimensions, code_bytes,
    has_factor, levels, shift)
VALUES ('signs', 'bit', '\x00', repeat('8', 64), :'space', 'inner_product', 2, 2, 1, false, '{-1,1}', '{0.5,0}');
INSERT INTO pgembed.codec_weights
SELECT codec_id, w.for_query, w.place, w.weights
FROM pgembed.codec, (VALUES (true, 1, '[0,1]'::vector), (true, 2, '[-1,0]'), (false, 1, '[0,-1]'), (false, 2, '[1,0]'))
    w(for_query, place, weights)
WHERE name = 'signs';
\set ECHO all
