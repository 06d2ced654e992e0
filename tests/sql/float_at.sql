-- 1, -2.5, 0.1, the smallest and the largest number, and zero.
SELECT place, pgembed.float_at('\x0000803f000020c0cdcccc3d01000000ffff7f7f00000000', place)::real
FROM generate_series(0, 20, 4) place;
SELECT pgembed.float_at('\x00ff0000803f', 2), pgembed.float_at(NULL, 0);
