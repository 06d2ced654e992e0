\i include/codecs.sql
SELECT pgembed.distance('\x80', ROW(:'space', '[3,4]'), 'signs');
-- Candidates, the nearest first.
SELECT code FROM (VALUES ('\x00'::bytea), ('\x80'), ('\x40'), ('\xc0')) v(code)
ORDER BY pgembed.distance(code, ROW(:'space', '[3,4]'), 'signs'), code;
