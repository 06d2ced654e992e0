CREATE OR REPLACE FUNCTION pgembed.step_outcome(
    server_plan text, OUT found bigint, OUT looked_at bigint, OUT rows bigint, OUT milliseconds double precision)
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(
            "substring"(server_plan, 'WindowAgg \(actual [^\n]*rows=(\d+)'),
            "substring"(server_plan, 'CTE _pgembed_matching\n *->  [^\n]*rows=(\d+)'))::bigint,
        "substring"(server_plan, 'rows=(\d+)[^\n]*\n *Order By: ')::bigint,
        "substring"(server_plan, 'rows=(\d+)')::bigint,
        "substring"(server_plan, 'Execution Time: ([\d.]+) ms')::double precision;
END;

COMMENT ON FUNCTION pgembed.step_outcome(text) IS
    'What happened in a step of a search, read from EXPLAIN (ANALYZE, COSTS OFF) of its statement: how many rows it found '
    'in all (null: it did not count), how many vectors the index gave it (null: it did not ask the index), how many rows '
    'it returned, and how long it took.';
