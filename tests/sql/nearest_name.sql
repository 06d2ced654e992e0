SELECT pgembed.nearest_name('articles'), pgembed.nearest_name('Quoted "Name"');
-- 54 bytes are kept; more are cut and told apart by their hash, at exactly 63 bytes.
SELECT octet_length(name), octet_length(pgembed.nearest_name(name)), right(pgembed.nearest_name(name), 13)
FROM (VALUES (repeat('x', 54)), (repeat('x', 55)), (repeat('x', 63)), (repeat('x', 62) || 'y'),
    (repeat(U&'\20AC', 21))) AS names (name);
SELECT pgembed.nearest_name(NULL) IS NULL AS null_in_null_out;
