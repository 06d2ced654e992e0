\i include/codecs.sql
SELECT pgembed.decode('\x000402', 'bytes cosine'), pgembed.decode('\x00040200000000', 'bytes l2');
-- (1, -1) turned back by 90 degrees, and shifted.
SELECT pgembed.decode('\x80', 'signs'), pgembed.decode(NULL, 'signs');
SELECT pgembed.decode('\x0004', 'bytes cosine');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.decode('\x00', 'none');
\echo :LAST_ERROR_SQLSTATE
