-- The pieces of SQL that the statements about a text index are put together from: t is its row, v a row with key columns
-- of a store, s the source's. Keys are compared by the equality of the index's primary key, named with its schema.
CREATE OR REPLACE FUNCTION pgembed.text_index_parts(
    collection text,
    OUT collection_id integer,
    OUT index_table text,
    OUT config text,
    OUT documents bigint,
    OUT average_length double precision,
    OUT source text,
    OUT source_text text,
    OUT key_operators text[],
    OUT keys text,
    OUT row_keys text,
    OUT same_keys text,
    OUT source_join text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    made record;
BEGIN
    SELECT c.collection_id, c.source_schema, c.source_table, c.key_columns, c.text_columns, x.table_name, x.config,
        x.documents, x.average_length
    INTO made
    FROM pgembed.collection c
        LEFT JOIN pgembed.text_index x USING (collection_id)
    WHERE c.name = text_index_parts.collection;
    IF NOT FOUND THEN
        -- It says so, and which there are.
        PERFORM pgembed.serving_store(collection);
    END IF;
    IF made.table_name IS NULL
        OR pg_catalog.to_regclass(pg_catalog.format('pgembed_store.%I', made.table_name)) IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE030',
            MESSAGE = pg_catalog.format('Expected a text index of collection %L, found none.', collection),
            HINT = 'Make one: pgembed text build, or SELECT pgembed.create_text_index(...), then fill_text_index(...).';
    END IF;
    collection_id := made.collection_id;
    index_table := pg_catalog.format('pgembed_store.%I', made.table_name);
    config := made.config;
    documents := made.documents;
    average_length := made.average_length;
    source := pg_catalog.format('%I.%I', made.source_schema, made.source_table);
    source_text := (
        SELECT pg_catalog.format(E'pg_catalog.concat_ws(E''\\n'', %s)',
            pg_catalog.string_agg(pg_catalog.format('s.%I', c.name), ', ' ORDER BY c.position))
        FROM pg_catalog.unnest(made.text_columns) WITH ORDINALITY AS c (name, position));
    SELECT pg_catalog.array_agg(k.equal ORDER BY k.position),
        pg_catalog.string_agg('key_' || k.position, ', ' ORDER BY k.position),
        pg_catalog.string_agg('v.key_' || k.position, ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('t.key_%s OPERATOR(%s) v.key_%1$s', k.position, k.equal), ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('v.key_%s OPERATOR(%s) s.%I', k.position, k.equal, k.name), ' AND ' ORDER BY k.position)
    INTO STRICT key_operators, keys, row_keys, same_keys, source_join
    FROM (SELECT k.name, k.position, pg_catalog.format('%I.%s', n.nspname, o.oprname) AS equal
          FROM pg_catalog.unnest(made.key_columns) WITH ORDINALITY AS k (name, position)
              JOIN pg_catalog.pg_index i ON i.indrelid = index_table::regclass AND i.indisprimary
              JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attname = 'key_' || k.position
              JOIN pg_catalog.pg_opclass c
                  ON c.oid = i.indclass[pg_catalog.array_position(i.indkey::smallint[], a.attnum)]
              JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amopstrategy = 3
                  AND e.amoplefttype = c.opcintype AND e.amoprighttype = c.opcintype
              JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr
              JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace) k;
END
$function$;

COMMENT ON FUNCTION pgembed.text_index_parts(text) IS
    'A collection''s text index, and the pieces of SQL that statements about it are made of. Errors: PE002 no such '
    'collection, PE030 no text index.';
