SELECT pgembed.space_id(repeat('0', 64), 256, 'cosine');
-- Each of the three counts.
SELECT pgembed.space_id(repeat('1', 64), 256, 'cosine') AS of_another_model,
    pgembed.space_id(repeat('0', 64), 255, 'cosine') AS of_fewer_dimensions,
    pgembed.space_id(repeat('0', 64), 256, 'l2') AS of_another_metric \gx
-- Version 8, variant 10.
SELECT count(*)
FROM generate_series(1, 100) AS dimensions, pgembed.space_id(repeat('0', 64), dimensions, 'cosine') AS id
WHERE id::text ~ '^.{14}8.{4}[89ab]';
SELECT pgembed.space_id(NULL, 256, 'cosine') IS NULL AS null_in_null_out;
