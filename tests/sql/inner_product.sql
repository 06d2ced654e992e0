SELECT pgembed.inner_product('{1,2,3}', '{4,5,-6}'), pgembed.inner_product(NULL, '{1}');
-- pgvector refuses what can't be multiplied.
SELECT pgembed.inner_product('{1,2}', '{1,2,3}');
