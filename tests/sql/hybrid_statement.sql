\set ECHO none
SELECT '{"keys": "k", "source": "s", "source_name": "n", "source_key": "sk", "store": "t", "distance": "<d>", "same_key": "m",
    "norm": "norm", "index_table": "x", "indexed_keys": "ik", "found_keys": "fk", "source_keys": "ks", "key_text": "kt",
    "similarity": "- d"}' AS parts \gset
\pset format unaligned
\set ECHO all
-- Without words it is the vector leg's rows.
SELECT pgembed.hybrid_statement(:'parts', 2, 50, NULL, 0, NULL, NULL, 'weighted', 0.25);
-- With a filter that few rows pass, and common words beside rare ones.
SELECT pgembed.hybrid_statement(:'parts', 2, 50, 'a < 1', 2, 0.75, 100, 'rrf', 0.25);
