\i include/articles.sql
SELECT * FROM pgembed.step_outcome($plan$Limit (actual time=0.9..0.9 rows=3 loops=1)
  ->  Sort (actual time=0.9..0.9 rows=3 loops=1)
        Sort Key: ((texts_1.embedding <=> $1)), texts_1.key_1
        ->  WindowAgg (actual time=0.8..0.9 rows=12 loops=1)
              ->  Limit (actual time=0.4..0.8 rows=12 loops=1)
                    ->  Nested Loop (actual time=0.4..0.8 rows=12 loops=1)
                          ->  Limit (actual time=0.4..0.7 rows=38 loops=1)
                                ->  Index Scan using texts_1_hnsw on texts_1 (actual time=0.4..0.7 rows=38 loops=1)
                                      Order By: (embedding <=> $1)
                          ->  Index Scan using texts_pkey on texts (actual time=0.0..0.0 rows=0 loops=38)
Planning Time: 0.311 ms
Execution Time: 0.987 ms
$plan$);
SELECT * FROM pgembed.step_outcome($plan$Sort (actual time=0.9..0.9 rows=2 loops=1)
  CTE _pgembed_matching
    ->  Limit (actual time=0.0..0.1 rows=5 loops=1)
Execution Time: 0.5 ms
$plan$);
SELECT * FROM pgembed.step_outcome('');
