-- The rows of the default partition that belong to the new one are moved before it is attached: ATTACH refuses while
-- they are there, and under its lock, which keeps searches out, there is then nothing left to do but look. The new
-- table has the store's indexes from the start, so that ATTACH builds none. Writers wait until the transaction ends.
CREATE OR REPLACE FUNCTION pgembed.add_partition(
    store regclass,
    "values" text[] DEFAULT NULL,
    lower_bound text DEFAULT NULL,
    upper_bound text DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    parent    record;
    condition text;
    bound     text;
    made      text;
    number    integer := 0;
BEGIN
    SELECT c.relname AS name, n.nspname AS schema, p.partstrat AS strategy, a.attname AS column_name,
        format_type(a.atttypid, a.atttypmod) AS type, nullif(p.partdefid, 0)::regclass AS default_partition,
        (SELECT format('OPERATOR(%I.%s)', m.nspname, o.oprname)
         FROM pg_amop e
             JOIN pg_operator o ON o.oid = e.amopopr
             JOIN pg_namespace m ON m.oid = o.oprnamespace
         WHERE e.amopfamily = k.opcfamily AND e.amoplefttype = k.opcintype AND e.amoprighttype = k.opcintype
             AND e.amopstrategy = 3) AS equal,
        (SELECT format('OPERATOR(%I.%s)', m.nspname, o.oprname)
         FROM pg_amop e
             JOIN pg_operator o ON o.oid = e.amopopr
             JOIN pg_namespace m ON m.oid = o.oprnamespace
         WHERE e.amopfamily = k.opcfamily AND e.amoplefttype = k.opcintype AND e.amoprighttype = k.opcintype
             AND e.amopstrategy = 1) AS less
    INTO parent
    FROM pg_partitioned_table p
        JOIN pg_class c ON c.oid = p.partrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace
        JOIN pg_attribute a ON a.attrelid = p.partrelid AND a.attnum = p.partattrs[0]
        JOIN pg_opclass k ON k.oid = p.partclass[0]
    WHERE p.partrelid = store AND p.partnatts = 1;

    IF parent.strategy = 'l' AND cardinality("values") > 0 AND lower_bound IS NULL AND upper_bound IS NULL THEN
        bound := format('IN (%s)', (SELECT string_agg(quote_nullable(v), ', ') FROM unnest("values") AS v));
        condition := format('(%1$I %2$s ANY ($1::%3$s[]) OR %1$I IS NULL AND array_position($1, NULL) > 0)',
            parent.column_name, parent.equal, parent.type);
    ELSIF parent.strategy = 'r' AND "values" IS NULL AND (lower_bound IS NOT NULL OR upper_bound IS NOT NULL) THEN
        bound := format('FROM (%s) TO (%s)', coalesce(quote_literal(lower_bound), 'MINVALUE'),
            coalesce(quote_literal(upper_bound), 'MAXVALUE'));
        condition := format(
            '(%1$I IS NOT NULL AND ($2 IS NULL OR NOT %1$I %2$s $2::%3$s) AND ($3 IS NULL OR %1$I %2$s $3::%3$s))',
            parent.column_name, parent.less, parent.type);
    ELSE
        RAISE EXCEPTION USING ERRCODE = 'PE006',
            MESSAGE = format('Expected a store partitioned by list with values, or by range with a bound; got %s, which '
                'is partitioned %s.', store, CASE parent.strategy WHEN 'l' THEN 'by list' WHEN 'r' THEN 'by range'
                WHEN 'h' THEN 'by hash' ELSE 'not at all' END),
            HINT = 'A store partitioned by hash has all of its partitions from the start.';
    END IF;

    EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', store);
    LOOP
        number := number + 1;
        -- The store's id stays where the name is cut, so that it is the store's alone.
        made := pgembed.name_with_ending(
            regexp_replace(parent.name, '_[0-9]+$', ''), coalesce(substring(parent.name, '_[0-9]+$'), '') || '_p' || number);
        EXIT WHEN to_regclass(format('%I.%I', parent.schema, made)) IS NULL;
    END LOOP;
    EXECUTE format('CREATE TABLE %I.%I (LIKE %s INCLUDING ALL)', parent.schema, made, store);
    IF parent.default_partition IS NOT NULL THEN
        EXECUTE format(
            'WITH moved AS (DELETE FROM ONLY %s WHERE %s RETURNING *) INSERT INTO %I.%I SELECT * FROM moved',
            parent.default_partition, condition, parent.schema, made)
        USING "values", lower_bound, upper_bound;
    END IF;
    EXECUTE format('ALTER TABLE %s ATTACH PARTITION %I.%I FOR VALUES %s', store, parent.schema, made, bound);
    -- Without a primary key there is no replica identity, and a publication of all tables would refuse deletes.
    IF NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = store AND i.indisprimary) THEN
        EXECUTE format('ALTER TABLE %I.%I REPLICA IDENTITY FULL', parent.schema, made);
    END IF;
    EXECUTE format('ANALYZE %I.%I', parent.schema, made);
    RETURN format('%I.%I', parent.schema, made);
END
$function$;

COMMENT ON FUNCTION pgembed.add_partition(regclass, text[], text, text) IS
    'Adds a partition to a store that is partitioned by list (for values, a null among them for rows without one) or by '
    'range (from lower_bound up to but without upper_bound; null for no bound), moves its rows out of the default '
    'partition, and gives its name. Error: PE006 another kind of store, or of bounds.';
