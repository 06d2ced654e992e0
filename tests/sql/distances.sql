\i include/codecs.sql
-- Each distance, and that of the decoded vector by pgvector.
SELECT pgembed.distances(ARRAY['\x000402', '\x030300', NULL]::bytea[], ROW(:'space', '[3,0,4]'), 'bytes inner_product'),
    '[3,0,4]' <#> pgembed.decode('\x000402', 'bytes inner_product') AS first;
-- Under L2 the squared length of the vector stands behind its code: of (-1, 1, 4) it is 18.
SELECT pgembed.distances(ARRAY['\x00040200009041'::bytea], ROW(:'space', '[3,0,4]'), 'bytes l2'),
    '[3,0,4]' <-> pgembed.decode('\x00040200009041', 'bytes l2') AS first;
-- Under cosine a code stands for a vector of length 1.
SELECT pgembed.distances(ARRAY['\x020200'::bytea, '\x040200'], ROW(:'space', '[3,0,4]'), 'bytes cosine');
SELECT pgembed.distances(ARRAY['\x80'::bytea, '\x40', '\xc0'], ROW(:'space', '[3,4]'), 'signs'),
    '[3,4]' <#> pgembed.decode('\x80', 'signs') AS first;
SELECT pgembed.distances('{}', ROW(:'space', '[3,4]'), 'signs');
SELECT pgembed.distances(ARRAY['\x80'::bytea], ROW('00000000-0000-0000-0000-000000000008', '[3,4]'), 'signs');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.distances(ARRAY['\x80'::bytea, '\x8000'], ROW(:'space', '[3,4]'), 'signs');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.distances(ARRAY['\x80'::bytea], ROW(:'space', '[3,4,5]'), 'signs');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.distances(ARRAY['\x020200'::bytea], ROW(:'space', '[0,0,0]'), 'bytes cosine');
\echo :LAST_ERROR_SQLSTATE
