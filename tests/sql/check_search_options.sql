\i include/articles.sql
SELECT pgembed.check_search_options('{}');
SELECT pgembed.check_search_options('{"ef_search": 40, "exact": false, "max_distance": 0.5, "recall": 0.99}');
SELECT pgembed.check_search_options('{"recall": null}');
SELECT pgembed.check_search_options('{"ef": 40}');
\echo :LAST_ERROR_SQLSTATE
SELECT pgembed.check_search_options('{"ef_search": 0}');
SELECT pgembed.check_search_options('{"ef_search": 40.5}');
SELECT pgembed.check_search_options('{"exact": "yes"}');
SELECT pgembed.check_search_options('{"recall": 2}');
SELECT pgembed.check_search_options('{"max_distance": "0) OR true --"}');
SELECT pgembed.check_search_options('[]');
SELECT pgembed.check_search_options(NULL);
