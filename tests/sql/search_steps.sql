SELECT step, started, looked_at, passed FROM pgembed.search_steps($plan$[{"Plan": {"Node Type": "Limit", "Plans": [
    {"Node Type": "Limit", "Subplan Name": "CTE _pgembed_probe", "Actual Rows": 3, "Actual Loops": 1, "Actual Total Time": 1.5,
     "Plans": [{"Node Type": "Nested Loop", "Actual Rows": 3, "Actual Loops": 1, "Plans": [
        {"Node Type": "Limit", "Actual Rows": 66, "Actual Loops": 1, "Plans": [
            {"Node Type": "Index Scan", "Relation Name": "articles_1", "Actual Rows": 66, "Actual Loops": 1}]},
        {"Node Type": "Index Scan", "Relation Name": "articles", "Actual Rows": 0, "Actual Loops": 66}]}]},
    {"Node Type": "Result", "Subplan Name": "CTE _pgembed_every", "Actual Rows": 0, "Actual Loops": 1, "Actual Total Time": 0,
     "Plans": [{"Node Type": "Seq Scan", "Relation Name": "articles_1", "Actual Rows": 0, "Actual Loops": 0}]}]}}]$plan$);
SELECT count(*) FROM pgembed.search_steps('[]');
