-- A statement without words is that of the vector leg; with common words it has a step more.
SELECT pgembed.hybrid_statement(p.parts, 2, 50, NULL, 'a', 'SELECT', 2, 0, NULL, NULL, 'weighted', 0.25) AS without_words
FROM (VALUES ('{"keys": "k", "source": "s", "source_name": "n", "key_join": "j", "store": "t", "distance": "<d>",
    "matching_join": "m", "norm": "norm", "index_table": "x", "store_keys": "sk", "similarity": "- d"}'::jsonb)) AS p (parts);
SELECT pgembed.hybrid_statement(p.parts, 2, 50, 'true', 'a', 'SELECT', 2, 2, 0.75, NULL, 'rrf', 0.25) AS with_common_words
FROM (VALUES ('{"keys": "k", "source": "s", "source_name": "n", "key_join": "j", "store": "t", "distance": "<d>",
    "matching_join": "m", "norm": "norm", "index_table": "x", "store_keys": "sk", "similarity": "- d"}'::jsonb)) AS p (parts);
