SELECT pgembed.code_levels('\x0103', 'sq8', 2, false, ARRAY(SELECT generate_series(0, 255)), NULL);
-- Behind a factor of four bytes; the lower half of a byte comes first.
SELECT pgembed.code_levels('\x0000803f2103', 'nq4', 3, true, ARRAY(SELECT generate_series(0, 15)), NULL);
-- The first dimension is a byte's highest bit.
SELECT pgembed.code_levels('\x9080', 'bit', 9, false, '{-1,1}', NULL);
SELECT pgembed.code_levels('\x0000803f0000803f80', 'rabitq', 2, true, '{-1,1}', NULL);
-- Planes one behind the other.
SELECT pgembed.code_levels('\x0000803fa0c0', 'mbit2', 4, true, '{0,1,2,3}', NULL);
SELECT pgembed.code_levels('\x0000803fa0c080', 'mbit3', 3, true, '{0,1,2,3,4,5,6,7}', NULL);
SELECT pgembed.code_levels('\x0000803fa0c08040', 'mbit4', 3, true, ARRAY(SELECT generate_series(0, 15)), NULL);
-- The second of 256 centres in each of two dimensions of one part.
SELECT pgembed.code_levels('\x01', 'pq', 2, false, ARRAY(SELECT generate_series(0, 511)), '{0,0}');
-- 1.5 and -2 as float16 and as float32.
SELECT pgembed.code_levels('\x003e00c0', 'f16', 2, false,
    ARRAY(SELECT (2::float8 ^ (greatest(e, 1) - 25))::real FROM generate_series(0, 31) e), NULL);
SELECT pgembed.code_levels('\x0000c03f000000c0', 'f32', 2, false,
    ARRAY(SELECT (2::float8 ^ (greatest(e, 1) - 150))::real FROM generate_series(0, 255) e), NULL);
