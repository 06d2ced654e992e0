\i include/codecs.sql
-- To the coded side and back.
SELECT for_query, pgembed.map_values(codec_id, for_query, '{3,4}')
FROM pgembed.codec, (VALUES (true), (false)) v(for_query) WHERE name = 'signs' ORDER BY for_query;
-- Without transforms the values stay.
SELECT pgembed.map_values(codec_id, true, '{3,4,5}') FROM pgembed.codec WHERE name = 'bytes l2';
