SELECT pgembed.name_with_ending('articles_1', '_p1');
-- Cut at a character, so that both fit in 63 bytes.
SELECT octet_length(name), right(name, 6)
FROM (VALUES (pgembed.name_with_ending(repeat('x', 60), '_p1')), (pgembed.name_with_ending(repeat('x', 61), '_p1')),
    (pgembed.name_with_ending(repeat(U&'\20AC', 21), '_p12'))) AS names (name);
SELECT pgembed.name_with_ending(NULL, '_p1') IS NULL AS null_in_null_out;
