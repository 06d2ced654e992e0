-- Installs PgEmbed in a database that does not have it, through psql alone:
--     psql -f install.sql
-- Made from migrations/ and sql/ by `pgembed schema script up > sql/install.sql`: change those, not this.
\set ON_ERROR_STOP on
\set QUIET on
BEGIN;
DO $lock$ BEGIN PERFORM pg_catalog.pg_advisory_xact_lock(x'7067656D626564'::bigint); END $lock$;

-- What must hold before PgEmbed is installed: a server and a pgvector that are new enough, and both schemas empty.
-- Creates the extension vector where it is missing and may be created.
DO $preflight$
DECLARE
    installed text := (SELECT extversion FROM pg_catalog.pg_extension WHERE extname = 'vector');
    available text := (SELECT default_version FROM pg_catalog.pg_available_extensions WHERE name = 'vector');
    version   integer[];
    leftover  text;
BEGIN
    IF pg_catalog.to_regclass('pgembed.migration_history') IS NOT NULL THEN
        IF EXISTS (SELECT FROM pgembed.migration_history) THEN
            RAISE EXCEPTION USING ERRCODE = 'PE013',
                MESSAGE = pg_catalog.format('Expected a database without PgEmbed, but it is installed in %s already.',
                    pg_catalog.current_database()),
                HINT = 'Nothing was changed. pgembed schema up upgrades it.';
        END IF;
    END IF;

    IF pg_catalog.current_setting('server_version_num')::integer < 150000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE010',
            MESSAGE = pg_catalog.format('Expected PostgreSQL 15 or newer, got %s.',
                pg_catalog.current_setting('server_version')),
            HINT = 'Upgrade the server, or use another.';
    END IF;

    IF installed IS NULL AND available IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE011',
            MESSAGE = 'Expected the extension vector (pgvector), but the server does not have it.',
            HINT = 'Install pgvector 0.8.4 or newer on the server (Debian and Ubuntu: '
                'the package postgresql-<version>-pgvector), then run this again.';
    END IF;

    version := pg_catalog.string_to_array(
        pg_catalog.substring(coalesce(installed, available), '^[0-9.]*[0-9]'), '.')::integer[];
    IF version < pg_catalog.string_to_array('0.8.0', '.')::integer[] THEN
        RAISE EXCEPTION USING ERRCODE = 'PE012',
            MESSAGE = pg_catalog.format('Expected pgvector 0.8.0 or newer, got %s.',
                coalesce(installed, available)),
            HINT = 'Install pgvector 0.8.4 or newer on the server, then run '
                'ALTER EXTENSION vector UPDATE in this database.';
    ELSIF version < pg_catalog.string_to_array('0.8.4', '.')::integer[] THEN
        RAISE WARNING USING
            MESSAGE = pg_catalog.format('pgvector %s works, but has known faults in building and vacuuming '
                'HNSW indexes.', coalesce(installed, available)),
            HINT = 'Install pgvector 0.8.4 or newer on the server, then run '
                'ALTER EXTENSION vector UPDATE in this database.';
    END IF;

    SELECT pg_catalog.string_agg(pg_catalog.pg_describe_object(classid, objid, objsubid), ', ' ORDER BY classid, objid)
    INTO leftover
    FROM pg_catalog.pg_depend
    WHERE refclassid = 'pg_catalog.pg_namespace'::regclass
        AND refobjid IN (pg_catalog.to_regnamespace('pgembed'), pg_catalog.to_regnamespace('pgembed_store'));
    IF leftover IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE013',
            MESSAGE = 'Expected the schemas pgembed and pgembed_store to be absent or empty, found ' || leftover || '.',
            HINT = 'They belong to PgEmbed alone: move what is in them elsewhere, or drop it.';
    END IF;

    IF installed IS NULL THEN
        IF pg_catalog.to_regnamespace('public') IS NULL THEN
            CREATE EXTENSION vector;
        ELSE
            CREATE EXTENSION vector SCHEMA public;
        END IF;
    END IF;
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE EXCEPTION USING ERRCODE = 'PE011',
            MESSAGE = pg_catalog.format('Expected the extension vector (pgvector) in database %s, and the role %s may '
                'not create it.', pg_catalog.current_database(), current_user),
            HINT = 'Have a superuser run CREATE EXTENSION vector in this database, then run this again.';
END
$preflight$;

SELECT nspname AS vector_schema
FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
WHERE extname = 'vector' \gset
SET LOCAL search_path = '';

DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = 'pgembed') THEN
        CREATE SCHEMA pgembed;
    END IF;
END $EF$;
CREATE TABLE IF NOT EXISTS pgembed.migration_history (
    "MigrationId" character varying(150) NOT NULL,
    "ProductVersion" character varying(32) NOT NULL,
    CONSTRAINT "PK_migration_history" PRIMARY KEY ("MigrationId")
);

-- The catalog. It holds names, never oids, so that a dump restores and an upgraded server works.

COMMENT ON SCHEMA pgembed IS 'PgEmbed: catalog and functions.';
COMMENT ON TABLE pgembed.migration_history IS 'Migrations of this schema that were applied; EF Core keeps it.';
COMMENT ON COLUMN pgembed.migration_history."MigrationId" IS 'The migration''s number and name.';
COMMENT ON COLUMN pgembed.migration_history."ProductVersion" IS 'The version of EF Core that applied it.';

CREATE SCHEMA IF NOT EXISTS pgembed_store;
COMMENT ON SCHEMA pgembed_store IS
    'PgEmbed: one table of vectors per store, and what is generated for each collection.';

CREATE TABLE pgembed.setting (
    name       text        NOT NULL CONSTRAINT setting_pkey PRIMARY KEY,
    value      jsonb       NOT NULL,
    changed_at timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE pgembed.setting IS 'Settings of this database, by name.';
COMMENT ON COLUMN pgembed.setting.name IS 'The setting''s name.';
COMMENT ON COLUMN pgembed.setting.value IS 'Its value; the form depends on the setting.';
COMMENT ON COLUMN pgembed.setting.changed_at IS 'When it was last written.';

CREATE TABLE pgembed.model (
    model_id    integer     GENERATED ALWAYS AS IDENTITY CONSTRAINT model_pkey PRIMARY KEY,
    name        text        NOT NULL CONSTRAINT model_name_check CHECK (name <> ''),
    version     text        NOT NULL,
    fingerprint text        NOT NULL
        CONSTRAINT model_fingerprint_key UNIQUE
        CONSTRAINT model_fingerprint_check CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    dimensions  integer     NOT NULL CONSTRAINT model_dimensions_check CHECK (dimensions BETWEEN 1 AND 16000),
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT model_name_version_key UNIQUE (name, version)
);
COMMENT ON TABLE pgembed.model IS 'Text encoders that made, or make, vectors of this database.';
COMMENT ON COLUMN pgembed.model.model_id IS 'The model''s number in this database.';
COMMENT ON COLUMN pgembed.model.name IS 'The model''s name, without its version.';
COMMENT ON COLUMN pgembed.model.version IS 'The model''s version.';
COMMENT ON COLUMN pgembed.model.fingerprint IS
    'SHA-256 over the files and settings that shape its output, in lower-case hexadecimal.';
COMMENT ON COLUMN pgembed.model.dimensions IS 'The length of its vectors.';
COMMENT ON COLUMN pgembed.model.created_at IS 'When it was recorded.';

CREATE TABLE pgembed.space (
    space_id    uuid        NOT NULL CONSTRAINT space_pkey PRIMARY KEY,
    model_id    integer     CONSTRAINT space_model_id_fkey REFERENCES pgembed.model (model_id),
    name        text        NOT NULL CONSTRAINT space_name_check CHECK (name <> ''),
    fingerprint text        NOT NULL CONSTRAINT space_fingerprint_check CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    dimensions  integer     NOT NULL CONSTRAINT space_dimensions_check CHECK (dimensions BETWEEN 1 AND 16000),
    metric      text        NOT NULL CONSTRAINT space_metric_check CHECK (metric IN ('cosine', 'l2', 'inner_product')),
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT space_fingerprint_dimensions_metric_key UNIQUE (fingerprint, dimensions, metric)
);
CREATE INDEX space_model_id_idx ON pgembed.space (model_id);
COMMENT ON TABLE pgembed.space IS
    'The vectors that one model makes. Vectors of two spaces are never compared.';
COMMENT ON COLUMN pgembed.space.space_id IS
    'The same in every database: pgembed.space_id(fingerprint, dimensions, metric).';
COMMENT ON COLUMN pgembed.space.model_id IS 'The model that makes its vectors; null where it is not recorded here.';
COMMENT ON COLUMN pgembed.space.name IS 'A name for people: the model as name@version.';
COMMENT ON COLUMN pgembed.space.fingerprint IS 'The fingerprint of the model that makes its vectors.';
COMMENT ON COLUMN pgembed.space.dimensions IS 'The length of its vectors.';
COMMENT ON COLUMN pgembed.space.metric IS 'How its vectors are compared: cosine, l2 or inner_product.';
COMMENT ON COLUMN pgembed.space.created_at IS 'When it was recorded.';

CREATE TABLE pgembed.codec (
    codec_id    integer     GENERATED ALWAYS AS IDENTITY CONSTRAINT codec_pkey PRIMARY KEY,
    name        text        NOT NULL CONSTRAINT codec_name_key UNIQUE CONSTRAINT codec_name_check CHECK (name <> ''),
    kind        text        NOT NULL,
    parameters  bytea,
    fingerprint text        CONSTRAINT codec_fingerprint_check CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    created_at  timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE pgembed.codec IS 'Ways to store a vector.';
COMMENT ON COLUMN pgembed.codec.codec_id IS 'The codec''s number in this database.';
COMMENT ON COLUMN pgembed.codec.name IS 'The codec''s name.';
COMMENT ON COLUMN pgembed.codec.kind IS 'Its kind: f32 (vector), f16 (halfvec).';
COMMENT ON COLUMN pgembed.codec.parameters IS 'What was fitted for it; null where nothing is.';
COMMENT ON COLUMN pgembed.codec.fingerprint IS
    'SHA-256 of its kind and parameters, in lower-case hexadecimal; null where nothing is fitted.';
COMMENT ON COLUMN pgembed.codec.created_at IS 'When it was recorded.';

INSERT INTO pgembed.codec (name, kind) VALUES ('f32', 'f32'), ('f16', 'f16');

CREATE TABLE pgembed.collection (
    collection_id integer     GENERATED ALWAYS AS IDENTITY CONSTRAINT collection_pkey PRIMARY KEY,
    name          text        NOT NULL
        CONSTRAINT collection_name_key UNIQUE
        CONSTRAINT collection_name_check CHECK (octet_length(name) BETWEEN 1 AND 63),
    source_schema text        NOT NULL,
    source_table  text        NOT NULL,
    key_columns   text[]      NOT NULL
        CONSTRAINT collection_key_columns_check
        CHECK (cardinality(key_columns) >= 1 AND array_position(key_columns, NULL) IS NULL),
    text_columns  text[]      NOT NULL
        CONSTRAINT collection_text_columns_check
        CHECK (cardinality(text_columns) >= 1 AND array_position(text_columns, NULL) IS NULL),
    created_at    timestamptz NOT NULL DEFAULT now()
);
COMMENT ON TABLE pgembed.collection IS 'Rows of a user''s table whose text is embedded.';
COMMENT ON COLUMN pgembed.collection.collection_id IS 'The collection''s number in this database.';
COMMENT ON COLUMN pgembed.collection.name IS 'The collection''s name.';
COMMENT ON COLUMN pgembed.collection.source_schema IS 'The schema of the user''s table.';
COMMENT ON COLUMN pgembed.collection.source_table IS 'The user''s table.';
COMMENT ON COLUMN pgembed.collection.key_columns IS 'The columns that identify a row of it, in order.';
COMMENT ON COLUMN pgembed.collection.text_columns IS 'The columns whose texts are embedded together, in order.';
COMMENT ON COLUMN pgembed.collection.created_at IS 'When it was defined.';

CREATE TABLE pgembed.store (
    store_id      integer     GENERATED ALWAYS AS IDENTITY CONSTRAINT store_pkey PRIMARY KEY,
    collection_id integer     NOT NULL
        CONSTRAINT store_collection_id_fkey REFERENCES pgembed.collection (collection_id) ON DELETE CASCADE,
    space_id      uuid        NOT NULL CONSTRAINT store_space_id_fkey REFERENCES pgembed.space (space_id),
    codec         text        NOT NULL CONSTRAINT store_codec_fkey REFERENCES pgembed.codec (name),
    table_name    text        NOT NULL
        CONSTRAINT store_table_name_key UNIQUE
        CONSTRAINT store_table_name_check CHECK (octet_length(table_name) BETWEEN 1 AND 63),
    serving       boolean     NOT NULL DEFAULT false,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX store_serving_key ON pgembed.store (collection_id) WHERE serving;
CREATE INDEX store_collection_id_idx ON pgembed.store (collection_id);
CREATE INDEX store_space_id_idx ON pgembed.store (space_id);
COMMENT ON TABLE pgembed.store IS 'Tables with one collection''s vectors in one space under one codec.';
COMMENT ON COLUMN pgembed.store.store_id IS 'The store''s number in this database.';
COMMENT ON COLUMN pgembed.store.collection_id IS 'The collection whose vectors it holds.';
COMMENT ON COLUMN pgembed.store.space_id IS 'The space that they are of.';
COMMENT ON COLUMN pgembed.store.codec IS 'How they are stored.';
COMMENT ON COLUMN pgembed.store.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, chunk, content_hash, embedding.';
COMMENT ON COLUMN pgembed.store.serving IS 'Whether searches of the collection are answered from it.';
COMMENT ON COLUMN pgembed.store.created_at IS 'When it was made.';

CREATE TYPE pgembed.space_vector AS (space_id uuid, embedding :"vector_schema".vector);
COMMENT ON TYPE pgembed.space_vector IS 'A vector and the space it is of: what a search is asked with.';
COMMENT ON COLUMN pgembed.space_vector.space_id IS 'The space that the vector is of.';
COMMENT ON COLUMN pgembed.space_vector.embedding IS 'The vector.';


INSERT INTO pgembed.migration_history ("MigrationId", "ProductVersion")
VALUES ('001_catalog', '10.0.0');

-- Carried columns, partitioned stores, and sampled queries to choose them by.

-- It gives the carried columns too, from here on: another result type. (IF EXISTS would say that there is none.)
DO $drop$
BEGIN
    IF pg_catalog.to_regprocedure('pgembed.serving_store(text)') IS NOT NULL THEN
        DROP FUNCTION pgembed.serving_store(text);
    END IF;
END
$drop$;

ALTER TABLE pgembed.collection
    ADD COLUMN carried_columns text[] NOT NULL DEFAULT '{}'
        CONSTRAINT collection_carried_columns_check
        CHECK (array_position(carried_columns, NULL) IS NULL AND NOT carried_columns && key_columns);
COMMENT ON COLUMN pgembed.collection.carried_columns IS
    'The columns that are copied into its stores, in order, so that indexes and partitions there can use them.';

ALTER TABLE pgembed.store
    ADD COLUMN partition_strategy text
        CONSTRAINT store_partition_strategy_check CHECK (partition_strategy IN ('range', 'list', 'hash')),
    ADD COLUMN partition_column text,
    ADD COLUMN partition_count integer
        CONSTRAINT store_partition_count_check CHECK (partition_count >= 1),
    ADD COLUMN partition_step text,
    ADD CONSTRAINT store_partition_check CHECK ((partition_strategy IS NULL) = (partition_column IS NULL)),
    ADD CONSTRAINT store_partition_step_check CHECK (partition_step IS NULL OR partition_strategy = 'range');
COMMENT ON COLUMN pgembed.store.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, carried_1 to carried_n, chunk, content_hash, embedding.';
COMMENT ON COLUMN pgembed.store.partition_strategy IS
    'How its table is partitioned: range, list or hash; null where it is not.';
COMMENT ON COLUMN pgembed.store.partition_column IS
    'The key or carried column that it is partitioned by, as the user''s table calls it.';
COMMENT ON COLUMN pgembed.store.partition_count IS
    'Under hash, how many partitions; under list, how many frequent values get one of their own.';
COMMENT ON COLUMN pgembed.store.partition_step IS
    'Under range, how much a partition spans: an interval or a number; null where the bounds were given.';

CREATE TABLE pgembed.query_sample (
    sample_id     bigint           GENERATED ALWAYS AS IDENTITY CONSTRAINT query_sample_pkey PRIMARY KEY,
    collection_id integer          NOT NULL
        CONSTRAINT query_sample_collection_id_fkey REFERENCES pgembed.collection (collection_id) ON DELETE CASCADE,
    space_id      uuid             NOT NULL,
    filter        text,
    filter_values text[]           NOT NULL DEFAULT '{}',
    filter_types  text[]           NOT NULL DEFAULT '{}',
    k             integer          NOT NULL CONSTRAINT query_sample_k_check CHECK (k >= 1),
    plan          text             NOT NULL,
    hits          integer          NOT NULL,
    milliseconds  double precision NOT NULL,
    weight        double precision NOT NULL CONSTRAINT query_sample_weight_check CHECK (weight >= 1),
    embedding     :"vector_schema".vector,
    sampled_at    timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT query_sample_values_check CHECK (cardinality(filter_values) = cardinality(filter_types))
);
CREATE INDEX query_sample_collection_id_idx ON pgembed.query_sample (collection_id, sample_id);
COMMENT ON TABLE pgembed.query_sample IS
    'Searches that clients sampled, where they were told to. Their filters hold the values that were asked for.';
COMMENT ON COLUMN pgembed.query_sample.sample_id IS 'The sample''s number.';
COMMENT ON COLUMN pgembed.query_sample.collection_id IS 'The collection that was searched.';
COMMENT ON COLUMN pgembed.query_sample.space_id IS 'The space of the query vector.';
COMMENT ON COLUMN pgembed.query_sample.filter IS
    'The filter, its values as $1, $2 and so on; null where all rows were searched.';
COMMENT ON COLUMN pgembed.query_sample.filter_values IS 'The filter''s values as text.';
COMMENT ON COLUMN pgembed.query_sample.filter_types IS 'Their types.';
COMMENT ON COLUMN pgembed.query_sample.k IS 'How many rows were asked for.';
COMMENT ON COLUMN pgembed.query_sample.plan IS 'The search plan that gave the rows.';
COMMENT ON COLUMN pgembed.query_sample.hits IS 'How many rows came.';
COMMENT ON COLUMN pgembed.query_sample.milliseconds IS 'How long the search took, as the client saw it.';
COMMENT ON COLUMN pgembed.query_sample.weight IS 'How many searches it stands for: 1 over the sampling rate.';
COMMENT ON COLUMN pgembed.query_sample.embedding IS
    'The query vector; null unless it was asked for, since it tells of the text.';
COMMENT ON COLUMN pgembed.query_sample.sampled_at IS 'When it was written here.';


INSERT INTO pgembed.migration_history ("MigrationId", "ProductVersion")
VALUES ('002_carried', '10.0.0');


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

CREATE OR REPLACE FUNCTION pgembed.begin_search(collection text, space_id uuid, settings jsonb)
RETURNS void
LANGUAGE plpgsql
AS $function$
BEGIN
    PERFORM pgembed.require_space(collection, space_id);
    -- A filter may call functions; a search writes nothing, whatever they do.
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(settings) s;
END
$function$;

COMMENT ON FUNCTION pgembed.begin_search(text, uuid, jsonb) IS
    'Makes the transaction ready for the statement of a search: read-only, with the settings of its plan, once it is '
    'certain that the query vector''s space serves the collection. Both last to the end of the transaction, or until a '
    'savepoint before is rolled back to. Errors: as pgembed.require_space.';

-- The server itself finds what a filter says of the store: it plans the filter over rows whose key and carried columns
-- stand on one side of a join and all others on the other, and what it puts on the first side alone is what holds of the
-- store. So nothing is parsed here, and each condition follows from the filter. Neither side reads a table: the columns
-- are nulls of the right type, kept apart by OFFSET 0. A value is a call of current_setting in the plan, which the server
-- neither knows nor looks up while it plans, so that it can be told in the plan's text and made a value again.
CREATE OR REPLACE FUNCTION pgembed.carried_condition(
    collection text,
    filter text,
    marker text DEFAULT NULL,
    types regtype[] DEFAULT NULL,
    OUT condition text,
    OUT whole boolean)
LANGUAGE plpgsql
AS $function$
DECLARE
    -- Drawn at random, so that no text in the filter has it.
    alias   constant text := '_pgembed_' || pg_catalog.replace(pg_catalog.gen_random_uuid()::text, '-', '');
    asked   text := filter;
    source  record;
    plan    jsonb;
BEGIN
    whole := false;
    SELECT c.source_table AS name,
        pg_catalog.string_agg(
            pg_catalog.format('%I.%I AS %I',
                CASE WHEN s.name IS NULL THEN '_pgembed_source' ELSE alias END, coalesce(s.name, a.attname), a.attname),
            ', ' ORDER BY a.attnum) AS columns,
        pg_catalog.string_agg(n.value, ', ') FILTER (WHERE s.name IS NOT NULL) AS stored,
        coalesce(pg_catalog.string_agg(n.value, ', ') FILTER (WHERE s.name IS NULL), 'NULL') AS others
    INTO source
    FROM pgembed.collection c
        JOIN pg_catalog.pg_class t
            ON t.oid = pg_catalog.to_regclass(pg_catalog.format('%I.%I', c.source_schema, c.source_table))
        JOIN pg_catalog.pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
        LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
        LEFT JOIN pg_catalog.pg_namespace m ON m.oid = l.collnamespace
        CROSS JOIN LATERAL (SELECT coalesce(
            'key_' || pg_catalog.array_position(c.key_columns, a.attname::text),
            'carried_' || pg_catalog.array_position(c.carried_columns, a.attname::text))) AS s (name)
        CROSS JOIN LATERAL (SELECT pg_catalog.format('NULL::%s%s AS %I',
            pg_catalog.format_type(a.atttypid, a.atttypmod),
            CASE WHEN l.oid IS NOT NULL THEN pg_catalog.format(' COLLATE %I.%I', m.nspname, l.collname) END,
            coalesce(s.name, a.attname))) AS n (value)
    WHERE c.name = carried_condition.collection
    GROUP BY c.source_table;
    IF source.stored IS NULL OR filter IS NULL THEN
        RETURN;
    END IF;

    FOR number IN 1 .. coalesce(pg_catalog.cardinality(types), 0) LOOP
        asked := pg_catalog.replace(asked, marker || number || '$',
            pg_catalog.format('pg_catalog.current_setting(%L, true)::%s', marker || number || '$', types[number]));
    END LOOP;
    -- A loop, because EXECUTE of a loop takes one statement alone: what a filter smuggles in behind a semicolon is
    -- refused. In the wrong place a column is no table's, and what needs the table's own rows is none of the store's.
    BEGIN
        FOR plan IN EXECUTE pg_catalog.format(
            E'EXPLAIN (FORMAT JSON) SELECT FROM (SELECT %s FROM (SELECT %s OFFSET 0) AS %I '
                'CROSS JOIN (SELECT %s OFFSET 0) AS _pgembed_source) AS %I WHERE (\n%s\n)',
            source.columns, source.stored, alias, source.others, source.name, asked)
        LOOP
            EXIT;
        END LOOP;
    EXCEPTION
        WHEN syntax_error_or_access_rule_violation THEN
            RETURN;
    END;

    condition := pg_catalog.jsonb_path_query_first(
        plan, '$.**?(@.Alias == $alias).Filter', pg_catalog.jsonb_build_object('alias', alias)) #>> '{}';
    -- What a subquery gives has a number in a plan, like a value: it can't be told which.
    IF condition ~ 'SubPlan|InitPlan|\$[0-9]' AND plan @? '$.**?(@."Parent Relationship" like_regex "InitPlan|SubPlan")' THEN
        condition := NULL;
    END IF;
    IF condition IS NULL THEN
        RETURN;
    END IF;
    whole := NOT pg_catalog.jsonb_path_exists(
        plan, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex "Filter$|Cond$" && @.value != $condition)',
        pg_catalog.jsonb_build_object('condition', condition));
    condition := pg_catalog.replace(condition, alias || '.', '');
    FOR number IN 1 .. coalesce(pg_catalog.cardinality(types), 0) LOOP
        condition := pg_catalog.replace(condition,
            pg_catalog.format('current_setting(%L::text, true)', marker || number || '$'), marker || number || '$');
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.carried_condition(text, text, text, regtype[]) IS
    'What a filter over the collection''s table says of its key and carried columns alone, as a condition over the store''s '
    'columns; null where it says nothing of them. whole: the filter says nothing else. A value stands in the filter as '
    'the marker, its number and a dollar sign, its type in types, and in the condition the same.';

CREATE OR REPLACE FUNCTION pgembed.collection_status(name text DEFAULT NULL)
RETURNS TABLE (
    collection    text,
    source        text,
    key_columns   text[],
    text_columns  text[],
    space         text,
    space_id      uuid,
    dimensions    integer,
    metric        text,
    codec         text,
    store         text,
    serving       boolean,
    vectors       bigint,
    source_rows   bigint,
    indexes       text[],
    indexes_valid boolean,
    store_bytes   bigint,
    index_bytes   bigint)
LANGUAGE plpgsql STABLE
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    found_store  regclass;
    found_source regclass;
BEGIN
    IF name IS NOT NULL AND NOT EXISTS (SELECT FROM pgembed.collection c WHERE c.name = collection_status.name) THEN
        PERFORM pgembed.serving_store(name);
    END IF;

    FOR collection, source, key_columns, text_columns, space, space_id, dimensions, metric, codec, store, serving IN
        SELECT c.name, format('%I.%I', c.source_schema, c.source_table), c.key_columns, c.text_columns,
            p.name, p.space_id, p.dimensions, p.metric, s.codec,
            'pgembed_store.' || quote_ident(s.table_name), s.serving
        FROM pgembed.collection c
            LEFT JOIN pgembed.store s USING (collection_id)
            LEFT JOIN pgembed.space p USING (space_id)
        WHERE collection_status.name IS NULL OR c.name = collection_status.name
        ORDER BY c.name COLLATE "C", s.serving DESC, s.store_id
    LOOP
        found_source := to_regclass(source);
        SELECT CASE WHEN min(r.reltuples) >= 0 THEN sum(r.reltuples)::bigint END
        INTO source_rows
        FROM pg_class r
        WHERE r.relkind IN ('r', 'm')
            AND r.oid IN (SELECT found_source UNION ALL SELECT relid FROM pg_partition_tree(found_source));

        found_store := to_regclass(store);
        vectors := NULL;
        IF found_store IS NOT NULL AND has_table_privilege(found_store, 'SELECT') THEN
            EXECUTE format('SELECT count(*) FROM %s', found_store) INTO vectors;
        END IF;
        -- A partitioned store has its bytes, and those of its indexes, in its partitions.
        SELECT coalesce(sum(pg_total_relation_size(t.relid)), pg_total_relation_size(found_store))
        INTO store_bytes
        FROM pg_partition_tree(found_store) t;
        SELECT array_agg(r.relname::text ORDER BY r.relname) FILTER (WHERE NOT r.relispartition),
            bool_and(i.indisvalid), coalesce(sum(pg_relation_size(r.oid)), 0)
        INTO indexes, indexes_valid, index_bytes
        FROM pg_index i
            JOIN pg_class r ON r.oid = i.indexrelid
            JOIN pg_am m ON m.oid = r.relam AND m.amname = 'hnsw'
        WHERE i.indrelid IN (SELECT found_store UNION SELECT relid FROM pg_partition_tree(found_store));
        store_bytes := store_bytes - index_bytes;
        RETURN NEXT;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.collection_status(text) IS
    'Each store of the named collection, or of all: what it is over, the vectors in it (counted; null without the '
    'right to read them), rows of the source (the planner''s estimate; null before the first ANALYZE), its vector '
    'indexes and whether all are valid, and bytes on disk without and of those indexes. Error: PE002 no such '
    'collection.';

-- Replaced in place where it can be, so that grants on it and views over it stay; dropped first only where the names or
-- types of the key or carried columns have changed.
CREATE OR REPLACE FUNCTION pgembed.create_nearest(collection text)
RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    served    record;
    signature text := format('pgembed_store.%I(pgembed.space_vector)', pgembed.nearest_name(collection));
    distance  text := 'distance';
    selected  text;
    columns   text;
    vector    record;
    statement text;
    grants    text[];
BEGIN
    SELECT * INTO served FROM pgembed.serving_store(create_nearest.collection);

    SELECT string_agg(format('s.%I', a.attname), ', ' ORDER BY c.kind, c.position),
        string_agg(format('%I %s', c.name, format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY c.kind, c.position)
    INTO selected, columns
    FROM (SELECT 1, 'key_' || position, name, position
          FROM unnest(served.key_columns) WITH ORDINALITY AS k (name, position)
          UNION ALL
          SELECT 2, 'carried_' || position, name, position
          FROM unnest(served.carried_columns) WITH ORDINALITY AS k (name, position)) AS c (kind, attname, name, position)
        JOIN pg_attribute a ON a.attrelid = served.store AND a.attname = c.attname;
    WHILE distance = ANY (served.key_columns || served.carried_columns) LOOP
        distance := distance || '_';
    END LOOP;

    SELECT n.nspname AS schema, t.typname AS type INTO STRICT vector
    FROM pg_attribute a
        JOIN pg_type t ON t.oid = a.atttypid
        JOIN pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = served.store AND a.attname = 'embedding';

    statement := format(
        $template$
CREATE OR REPLACE FUNCTION pgembed_store.%1$I(query pgembed.space_vector)
RETURNS TABLE (%2$s, %3$I double precision)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT %4$s, s.embedding OPERATOR(%5$I.%6$s) (SELECT pgembed.in_space($1, %7$L::uuid)::%5$I.%8$I)
    FROM %9$s s;
END
        $template$,
        pgembed.nearest_name(collection),
        columns,
        distance,
        selected,
        vector.schema,
        CASE served.metric WHEN 'cosine' THEN '<=>' WHEN 'l2' THEN '<->' WHEN 'inner_product' THEN '<#>' END,
        served.space_id,
        vector.type,
        served.store);
    BEGIN
        EXECUTE statement;
    EXCEPTION
        WHEN invalid_function_definition THEN
            -- Who may use it stays: without a list of grants everyone may, as with a new function.
            SELECT array_agg(format('GRANT EXECUTE ON FUNCTION %s TO %s%s', signature,
                CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END,
                CASE WHEN a.is_grantable AND a.grantee <> 0 THEN ' WITH GRANT OPTION' ELSE '' END))
            INTO grants
            FROM pg_proc p, aclexplode(p.proacl) a
            WHERE p.oid = signature::regprocedure;
            EXECUTE 'DROP FUNCTION ' || signature;
            EXECUTE statement;
            IF grants IS NOT NULL THEN
                EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', signature);
                EXECUTE array_to_string(grants, ';');
            END IF;
    END;

    EXECUTE format('COMMENT ON FUNCTION %s IS %L', signature, format(
        'Rows of collection %s by their key, each with its distance to the query: join it, filter, ORDER BY distance '
        'LIMIT k. Carried columns are as the store has them: join by them too, and a filter on one reaches the store''s '
        'partitions and indexes. A row of several chunks comes once for each. Made by pgembed.create_nearest.',
        collection));
    RETURN format('pgembed_store.%I', pgembed.nearest_name(collection));
END
$function$;

COMMENT ON FUNCTION pgembed.create_nearest(text) IS
    'Makes, or makes anew, pgembed_store.nearest_<collection>(query) over the store that serves the collection, and '
    'gives its name. Its columns are the collection''s key columns, its carried columns and distance (distance_ where '
    'one of them is called distance). To be called again when another store serves. Errors: PE002 no such collection, '
    'PE004 not served.';

CREATE OR REPLACE FUNCTION pgembed.drop_nearest(collection text)
RETURNS boolean
LANGUAGE plpgsql
SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    signature text := format('pgembed_store.%I(pgembed.space_vector)', pgembed.nearest_name(collection));
BEGIN
    IF to_regprocedure(signature) IS NULL THEN
        RETURN false;
    END IF;
    EXECUTE 'DROP FUNCTION ' || signature;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION pgembed.drop_nearest(text) IS
    'Drops pgembed_store.nearest_<collection>; false where there was none. Needed before the store''s table can be '
    'dropped.';

-- A loop, because EXECUTE of a loop takes one statement alone: what a filter smuggles in behind a semicolon is refused.
CREATE OR REPLACE FUNCTION pgembed.estimate_rows(query text, "values" text[] DEFAULT NULL)
RETURNS double precision
LANGUAGE plpgsql
AS $function$
DECLARE
    plan json;
BEGIN
    FOR plan IN EXECUTE 'EXPLAIN (FORMAT JSON) ' || query USING "values" LOOP
        RETURN (plan -> 0 -> 'Plan' ->> 'Plan Rows')::double precision;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.estimate_rows(text, text[]) IS
    'How many rows the server''s planner expects of a query, in which $1 is the array of values. Nothing is run.';

CREATE OR REPLACE FUNCTION pgembed.explain_search(
    collection text,
    query pgembed.space_vector,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (aspect text, value text)
LANGUAGE plpgsql
AS $function$
DECLARE
    planned     record;
    server_plan json;
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    PERFORM pgembed.begin_search(collection, planned.space_id, planned.settings);
    FOR server_plan IN EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || planned.statement
        USING pgembed.in_space(query, planned.space_id)
    LOOP
        EXIT;
    END LOOP;

    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            ('plan', planned.plan),
            ('reason', planned.reason),
            ('matching rows', pg_catalog.round(planned.matching_rows)::text || ' (estimated)'),
            ('stored rows', pg_catalog.round(planned.stored_rows)::text || ' (estimated)'),
            ('settings', (SELECT pg_catalog.string_agg(s.key || ' = ' || s.value, ', ' ORDER BY s.key)
                          FROM pg_catalog.jsonb_each_text(planned.settings) s))) AS a (aspect, value);
    RETURN QUERY
        SELECT 'step ' || s.step,
            CASE
                WHEN NOT s.started THEN 'not needed'
                WHEN s.looked_at IS NULL THEN pg_catalog.format('%s rows', s.passed)
                ELSE pg_catalog.format('%s rows of the %s nearest', s.passed, s.looked_at)
            END
        FROM pgembed.search_steps(server_plan::jsonb) s;
    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            ('rows', server_plan -> 0 -> 'Plan' ->> 'Actual Rows'),
            ('milliseconds', server_plan -> 0 ->> 'Execution Time'),
            ('statement', planned.statement)) AS a (aspect, value);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.explain_search(text, pgembed.space_vector, integer, text, jsonb) IS
    'Runs pgembed.search with the same arguments, and says how: the plan and why it was chosen, what it was estimated '
    'from, what happened in each of its steps, and the statement. Errors: as pgembed.search.';

CREATE OR REPLACE FUNCTION pgembed.in_space(query pgembed.space_vector, space_id uuid)
RETURNS :"vector_schema".vector
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
BEGIN
    IF (query).space_id = in_space.space_id AND (query).embedding IS NOT NULL THEN
        RETURN (query).embedding;
    END IF;
    IF (query).space_id IS NULL OR (query).embedding IS NULL THEN
        -- pgvector would answer a null with rows in no order at all.
        RAISE EXCEPTION USING ERRCODE = 'null_value_not_allowed',
            MESSAGE = 'Expected a query vector, got null.',
            HINT = 'The row or text that it was taken from has no vector.';
    END IF;
    RAISE EXCEPTION USING ERRCODE = 'PE001',
        MESSAGE = pg_catalog.format('Expected a vector of space %s, got one of %s.',
            pgembed.space_label(in_space.space_id), pgembed.space_label((query).space_id)),
        HINT = 'Embed the query again with the collection''s own model.';
END
$function$;

COMMENT ON FUNCTION pgembed.in_space(pgembed.space_vector, uuid) IS
    'The query''s vector when it is of the space; else an error (PE001 another space, 22004 no vector).';

-- PgEmbed.Postgres.Sql.SqlName.WithEnding is the same in .NET.
CREATE OR REPLACE FUNCTION pgembed.name_with_ending(stem text, ending text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    room integer := 63 - pg_catalog.octet_length(ending);
    kept text := pg_catalog.left(stem, room);
BEGIN
    WHILE pg_catalog.octet_length(kept) > room LOOP
        kept := pg_catalog.left(kept, -1);
    END LOOP;
    RETURN kept || ending;
END
$function$;

COMMENT ON FUNCTION pgembed.name_with_ending(text, text) IS
    'A name made of a stem and an ending, the stem cut at a character where both take more than 63 bytes.';

-- An identifier holds 63 bytes. A name that would fill or exceed them is cut and filled up to exactly 63 with digits of
-- its SHA-256, so that a cut name never equals an uncut one.
CREATE OR REPLACE FUNCTION pgembed.nearest_name(collection text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    kept text := pg_catalog.left(collection, 42);
BEGIN
    IF pg_catalog.octet_length(collection) < 55 THEN
        RETURN 'nearest_' || collection;
    END IF;
    WHILE pg_catalog.octet_length(kept) > 42 LOOP
        kept := pg_catalog.left(kept, -1);
    END LOOP;
    RETURN 'nearest_' || kept || '_' || pg_catalog.left(
        pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(collection, 'UTF8')), 'hex'),
        63 - 9 - pg_catalog.octet_length(kept));
END
$function$;

COMMENT ON FUNCTION pgembed.nearest_name(text) IS
    'The name, in schema pgembed_store, of the collection''s nearest function.';

-- Chooses how a search is run, for psql and for the client alike. Costs are in rows of a full ranking: one row, ranked,
-- costs 1. Constants were fitted by tools/bench filter.
--
-- A filter of few rows is ranked in full: its rows are counted first, up to a bound, should the estimate be far too low.
-- Else the index is probed. Whether a filter goes with or against the query's neighbourhood, no statistics tell; how many
-- of the nearest vectors pass does. When k pass, the search is done; when fewer do, either the index is followed farther,
-- for as far as that is cheaper than ranking all that pass, or all are ranked.
CREATE OR REPLACE FUNCTION pgembed.plan_search(
    collection text,
    k integer,
    filter text DEFAULT NULL,
    columns text[] DEFAULT NULL,
    options jsonb DEFAULT '{}',
    marker text DEFAULT NULL,
    "values" text[] DEFAULT NULL,
    types regtype[] DEFAULT NULL,
    OUT plan text,
    OUT reason text,
    OUT matching_rows double precision,
    OUT stored_rows double precision,
    OUT space_id uuid,
    OUT settings jsonb,
    OUT statement text)
LANGUAGE plpgsql
AS $function$
DECLARE
    tuple_cost constant double precision := 6;     -- a vector that the index gives
    scan_cost  constant double precision := 200;   -- the way into the index
    parts      jsonb;
    estimated  text := filter;
    ran        text := filter;
    ef_search  integer;
    bound      integer;
    depth      integer;
    reach      integer;
    wanted     integer;
    worthwhile integer;
    probe_cost double precision;
    selected   text;
BEGIN
    IF k IS NULL OR k < 1 OR k > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to 10000, got %s.', coalesce(k::text, 'null'));
    END IF;
    SELECT pg_catalog.to_jsonb(p), p.space_id INTO parts, space_id FROM pgembed.search_parts(collection) p;

    -- A value is a constant to the estimate and a parameter to the statement.
    FOR n IN 1 .. coalesce(pg_catalog.cardinality("values"), 0) LOOP
        estimated := pg_catalog.replace(
            estimated, marker || n || '$', pg_catalog.format('($1)[%s]::%s', n, types[n]));
        ran := pg_catalog.replace(ran, marker || n || '$', '$' || n + 1);
    END LOOP;
    stored_rows := pgembed.estimate_rows('SELECT FROM ' || (parts ->> 'store'));
    matching_rows := stored_rows;
    IF filter IS NOT NULL THEN
        -- A row without text has no vector, so no more rows can match than there are vectors.
        matching_rows := least(stored_rows, pgembed.estimate_rows(
            pg_catalog.format(E'SELECT FROM %s AS %s WHERE (\n%s\n)',
                parts ->> 'source', parts ->> 'source_name', estimated),
            "values"));
    END IF;

    ef_search := coalesce((options ->> 'ef_search')::integer, least(1000, greatest(100, 2 * k)));
    depth := greatest(k, ef_search * 2 / 3);
    probe_cost := scan_cost + tuple_cost * ef_search;
    IF (options ->> 'exact')::boolean THEN
        reason := 'an exact search was asked for';
    ELSIF NOT (parts ->> 'indexed')::boolean THEN
        reason := 'no index serves the collection';
    ELSIF stored_rows <= 2 * probe_cost THEN
        reason := 'ranking every row costs no more than the way through the index';
    ELSIF matching_rows <= 2 * probe_cost THEN
        bound := 4 * probe_cost;
        reason := 'ranking the few rows that pass costs no more than the way through the index';
    ELSE
        -- Of the nearest p vectors n pass: k of them in about the nearest k * p / n.
        worthwhile := greatest(1, pg_catalog.ceil(
            1.5 * k * depth * tuple_cost / greatest(1, matching_rows - scan_cost)));
        reason := 'many rows pass: the index is asked first';
        IF worthwhile >= k OR filter IS NULL THEN
            worthwhile := NULL;
        END IF;
    END IF;

    plan := 'exact';
    IF bound IS NULL AND reason NOT LIKE '%index is asked first' THEN
        depth := NULL;
    ELSE
        wanted := k + greatest(5, k / 2);
        IF bound IS NOT NULL THEN
            reach := NULL;
        ELSE
            plan := 'index';
            IF worthwhile IS NOT NULL THEN
                plan := 'iterative index';
                reach := least(stored_rows, greatest(depth, (matching_rows - scan_cost) / tuple_cost));
            END IF;
        END IF;
    END IF;
    settings := pg_catalog.jsonb_build_object('jit', 'off');
    IF depth IS NOT NULL THEN
        settings := settings || pg_catalog.jsonb_build_object(
            'hnsw.ef_search', ef_search::text,
            'hnsw.iterative_scan', 'relaxed_order',
            'hnsw.max_scan_tuples', greatest(coalesce(reach, 0), depth, 20000)::text);
    END IF;
    selected := CASE
        WHEN columns IS NULL THEN 'ARRAY[' || (parts ->> 'key_text') || '] AS key'
        ELSE (SELECT pg_catalog.string_agg(
                pg_catalog.format('%s.%I', parts ->> 'source_name', c.name), ', ' ORDER BY c.position)
              FROM pg_catalog.unnest(columns) WITH ORDINALITY AS c (name, position))
    END;
    statement := pgembed.search_statement(
        parts, k, ran, selected, bound, depth, reach, CASE WHEN reach IS NOT NULL THEN wanted END, worthwhile,
        pg_catalog.quote_literal((options ->> 'max_distance')::double precision));
END
$function$;

COMMENT ON FUNCTION pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[]) IS
    'How a search is run.';

CREATE OR REPLACE FUNCTION pgembed.require_space(collection text, space_id uuid)
RETURNS void
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    served uuid := (SELECT s.space_id FROM pgembed.serving_store(require_space.collection) s);
BEGIN
    IF served IS DISTINCT FROM require_space.space_id THEN
        RAISE EXCEPTION USING ERRCODE = 'PE001',
            MESSAGE = pg_catalog.format('Expected a vector of space %s, which serves collection %L, got one of %s.',
                pgembed.space_label(served), collection, pgembed.space_label(require_space.space_id)),
            HINT = 'Embed the query again with the collection''s own model.';
    END IF;
END
$function$;

COMMENT ON FUNCTION pgembed.require_space(text, uuid) IS
    'Nothing when the collection is served from the space; else an error (PE001 another space, PE002 no such '
    'collection, PE004 not served).';

-- The search runs in a subtransaction that is always rolled back, once its rows are on their way: so the settings of the
-- plan end with it, and nothing that a function of the filter's does can stay. The subtransaction is read-only besides,
-- so that such a function fails rather than seems to work.
CREATE OR REPLACE FUNCTION pgembed.search(
    collection text,
    query pgembed.space_vector,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (key text[], distance double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    planned record;
    found   record;
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    PERFORM pgembed.begin_search(collection, planned.space_id, planned.settings);
    FOR found IN EXECUTE planned.statement USING pgembed.in_space(query, planned.space_id) LOOP
        key := found.key;
        distance := found._pgembed_distance;
        RETURN NEXT;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.search(text, pgembed.space_vector, integer, text, jsonb) IS
    'The min(k, rows that match) rows of the collection nearest to the query among those that pass the filter, nearest '
    'first: each row''s key columns as texts, and its distance. The filter is a condition in SQL over the source table''s '
    'columns, run read-only and with the caller''s rights; values in it are the caller''s to quote. Options: ef_search, '
    'exact, max_distance. Errors: as pgembed.plan_search; PE001 a vector of another space; 22004 no vector.';

-- The pieces of SQL that every search statement of a collection is put together from. The store's columns are renamed, so
-- that a filter's plain names can only mean the source table's. Keys are compared by the equality of the store's
-- unique index, named with its schema: an unqualified = on a type such as citext would be another operator under another
-- search path.
CREATE OR REPLACE FUNCTION pgembed.search_parts(
    collection text,
    OUT source text,
    OUT source_name text,
    OUT store text,
    OUT space_id uuid,
    OUT distance text,
    OUT store_keys text,
    OUT matching_keys text,
    OUT matching_join text,
    OUT keys text,
    OUT key_join text,
    OUT key_text text,
    OUT indexed boolean)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    served record;
    vector record;
BEGIN
    SELECT s.store, s.space_id, s.metric, s.key_columns, c.source_schema, c.source_table
    INTO served
    FROM pgembed.serving_store(search_parts.collection) s
        JOIN pgembed.collection c ON c.name = search_parts.collection;
    source := pg_catalog.format('%I.%I', served.source_schema, served.source_table);
    source_name := pg_catalog.quote_ident(served.source_table);
    store := served.store::text;
    space_id := served.space_id;

    SELECT n.nspname AS schema, t.typname AS type,
        CASE served.metric WHEN 'cosine' THEN '<=>' WHEN 'l2' THEN '<->' WHEN 'inner_product' THEN '<#>' END AS operator
    INTO STRICT vector
    FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = served.store AND a.attname = 'embedding';
    distance := pg_catalog.format('OPERATOR(%I.%s) $1::%1$I.%3$I', vector.schema, vector.operator, vector.type);

    SELECT pg_catalog.string_agg(pg_catalog.format('key_%s AS _pgembed_key_%1$s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(pg_catalog.format('_pgembed_key_%s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I AS _pgembed_key_%s', source_name, k.name, k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('key_%s OPERATOR(%I.%s) _pgembed_key_%1$s', k.position, n.nspname, o.oprname),
            ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('_pgembed_key_%s OPERATOR(%I.%s) %s.%I',
                k.position, n.nspname, o.oprname, source_name, k.name),
            ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I::pg_catalog.text', source_name, k.name), ', ' ORDER BY k.position)
    INTO store_keys, keys, matching_keys, matching_join, key_join, key_text
    FROM pg_catalog.unnest(served.key_columns) WITH ORDINALITY AS k (name, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = served.store AND a.attname = 'key_' || k.position
        JOIN pg_catalog.pg_index i ON i.indrelid = served.store AND i.indisunique
        JOIN pg_catalog.pg_opclass c
            ON c.oid = i.indclass[pg_catalog.array_position(i.indkey::smallint[], a.attnum)]
        JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amopstrategy = 3
            AND e.amoplefttype = c.opcintype AND e.amoprighttype = c.opcintype
        JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr
        JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace;

    -- An index serves the search only by the distance of the space's own metric.
    indexed := EXISTS (
        SELECT
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid
            JOIN pg_catalog.pg_am m ON m.oid = r.relam AND m.amname = 'hnsw'
            JOIN pg_catalog.pg_opclass c ON c.oid = i.indclass[0]
            JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amoppurpose = 'o'
            JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr AND o.oprname = vector.operator
        WHERE i.indrelid = served.store AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL);
END
$function$;

COMMENT ON FUNCTION pgembed.search_parts(text) IS
    'The pieces of SQL that a search of the collection is made of, and whether an HNSW index serves it. Errors: as '
    'pgembed.serving_store.';

-- A search statement is a chain of steps. Each step is a MATERIALIZED CTE: the server's planner can then neither merge it
-- into another nor serve it by the index where a full ranking is meant. A step that is only needed when those before it
-- fell short has a condition without a column, on a count of their rows; the server looks at it once and never starts
-- the step where it is false. The steps:
--
-- matching  the keys of the rows that pass, up to one more than `bound`
-- ranked    those, ranked, where they are no more than `bound`
-- probe     by the index: of the nearest `depth` vectors the first k that pass
-- farther   by the index: of the nearest `reach` vectors the first `wanted` that pass, where at least `worthwhile` of
--           the probe's passed
-- every     all rows that pass, ranked: the last step, always there
--
-- By the index, rows come nearest first from the inner subquery, and the subquery with OFFSET 0 looks each up in the
-- source and holds it against the filter; so the index is left as soon as enough have passed, whatever the server's
-- planner thinks of the filter. A step without its number is left out. LIMITs are literals: under a generic plan the
-- server forsakes the index where a LIMIT is a parameter. max_distance is an expression, and stands outside the steps.
CREATE OR REPLACE FUNCTION pgembed.search_statement(
    parts jsonb, k integer, filter text, columns text, bound integer, depth integer, reach integer, wanted integer,
    worthwhile integer, max_distance text)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    -- On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    condition text := coalesce(E' AND (\n' || filter || E'\n)', '');
    rows_of   constant text := '(SELECT pg_catalog.count(*) FROM _pgembed_%s)';
    short     text := 'true';
    steps     text[];
    results   text[];
    near      text;
BEGIN
    IF bound IS NOT NULL THEN
        steps := steps || pg_catalog.format(
            $sql$_pgembed_matching AS MATERIALIZED (
    SELECT %1$s
    FROM %2$s AS %3$s
    WHERE true%4$s
    LIMIT %5$s),
_pgembed_ranked AS MATERIALIZED (
    SELECT _pgembed_distance, %6$s
    FROM _pgembed_matching
        CROSS JOIN LATERAL (
            SELECT embedding %7$s AS _pgembed_distance FROM %8$s WHERE %9$s OFFSET 0) AS _pgembed_vector
    WHERE %10$s <= %11$s)$sql$,
            parts ->> 'matching_keys', parts ->> 'source', parts ->> 'source_name', condition, bound + 1,
            parts ->> 'keys', parts ->> 'distance', parts ->> 'store', parts ->> 'matching_join',
            pg_catalog.format(rows_of, 'matching'), bound);
        short := pg_catalog.format(rows_of || ' > %s', 'matching', bound);
        results := results || 'SELECT 1 AS _pgembed_step, * FROM _pgembed_ranked'::text;
    END IF;

    near := $sql$_pgembed_%1$s AS MATERIALIZED (
    SELECT _pgembed_distance, %2$s
    FROM (SELECT %3$s, embedding %4$s AS _pgembed_distance
          FROM %5$s
          WHERE %6$s
          ORDER BY embedding %4$s
          LIMIT %7$s) AS _pgembed_near
        CROSS JOIN LATERAL (SELECT FROM %8$s AS %9$s WHERE %10$s%11$s OFFSET 0) AS _pgembed_passing
    LIMIT %12$s)$sql$;
    IF depth IS NOT NULL THEN
        steps := steps || pg_catalog.format(near, 'probe',
            parts ->> 'keys', parts ->> 'store_keys', parts ->> 'distance', parts ->> 'store', short, depth,
            parts ->> 'source', parts ->> 'source_name', parts ->> 'key_join', condition, k);
        results := results || pg_catalog.format(
            'SELECT 2 AS _pgembed_step, * FROM _pgembed_probe WHERE ' || rows_of || ' >= %s', 'probe', k);
        short := short || pg_catalog.format(' AND ' || rows_of || ' < %s', 'probe', k);
    END IF;
    IF reach IS NOT NULL THEN
        steps := steps || pg_catalog.format(near, 'farther',
            parts ->> 'keys', parts ->> 'store_keys', parts ->> 'distance', parts ->> 'store',
            short || pg_catalog.format(' AND ' || rows_of || ' >= %s', 'probe', worthwhile), reach,
            parts ->> 'source', parts ->> 'source_name', parts ->> 'key_join', condition, wanted);
        results := results || pg_catalog.format(
            'SELECT 3 AS _pgembed_step, * FROM _pgembed_farther WHERE ' || rows_of || ' >= %s', 'farther', k);
        short := short || pg_catalog.format(' AND ' || rows_of || ' < %s', 'farther', k);
    END IF;

    steps := steps || pg_catalog.format(
        $sql$_pgembed_every AS MATERIALIZED (
    SELECT _pgembed_embedding %1$s AS _pgembed_distance, %2$s
    FROM (SELECT %3$s, embedding AS _pgembed_embedding FROM %4$s) AS _pgembed_store
        JOIN %5$s AS %6$s ON %7$s
    WHERE %8$s%9$s)$sql$,
        parts ->> 'distance', parts ->> 'keys', parts ->> 'store_keys', parts ->> 'store', parts ->> 'source',
        parts ->> 'source_name', parts ->> 'key_join', short, condition);
    results := results || 'SELECT 4 AS _pgembed_step, * FROM _pgembed_every'::text;

    RETURN pg_catalog.format(
        $sql$WITH %1$s
SELECT _pgembed_distance, %2$s, _pgembed_step
FROM (SELECT *
      FROM (%3$s) AS _pgembed_found
      %4$s
      ORDER BY _pgembed_distance, %5$s
      LIMIT %6$s) AS _pgembed_nearest
    JOIN %7$s AS %8$s ON %9$s
ORDER BY _pgembed_distance, %5$s$sql$,
        pg_catalog.array_to_string(steps, E',\n'), columns,
        pg_catalog.array_to_string(results, E'\n            UNION ALL '),
        coalesce('WHERE _pgembed_distance <= ' || max_distance, ''),
        parts ->> 'keys', k, parts ->> 'source', parts ->> 'source_name', parts ->> 'key_join');
END
$function$;

COMMENT ON FUNCTION pgembed.search_statement(jsonb, integer, text, text, integer, integer, integer, integer, integer, text) IS
    'The statement of a search, out of a collection''s parts and the numbers of a plan. $1 is the query vector. It gives '
    'the distance, the columns, and the step that the row came from.';

CREATE OR REPLACE FUNCTION pgembed.search_steps(server_plan jsonb)
RETURNS TABLE (step text, started boolean, looked_at bigint, passed bigint, milliseconds double precision)
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    node jsonb;
BEGIN
    FOR node IN
        SELECT pg_catalog.jsonb_path_query(
            server_plan, 'strict $.** ? (@."Subplan Name" like_regex "^CTE _pgembed_")', silent => true)
    LOOP
        step := pg_catalog.substr(node ->> 'Subplan Name', 14);
        -- A step that was not started has its scans below a condition that was false.
        started := pg_catalog.jsonb_path_exists(
            node, 'strict $.** ? (exists (@."Relation Name") && @."Actual Loops" > 0)', silent => true);
        passed := (node ->> 'Actual Rows')::numeric::bigint;
        milliseconds := (node ->> 'Actual Total Time')::double precision;
        -- What the steps that go by the index took from it: their innermost LIMIT, or what it stands on.
        looked_at := (
            SELECT pg_catalog.max((inner_node ->> 'Actual Rows')::numeric::bigint)
            FROM pg_catalog.jsonb_path_query(
                node, 'strict $.** ? (@."Node Type" == "Limit" || @."Node Type" == "Index Scan")', silent => true)
                AS inner_node
            WHERE step IN ('probe', 'farther'));
        RETURN NEXT;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.search_steps(jsonb) IS
    'What happened in each step of a search statement, read from EXPLAIN (ANALYZE, FORMAT JSON) of it: whether it was '
    'started, how many vectors the index gave it, how many rows it found, and how long it took.';

CREATE OR REPLACE FUNCTION pgembed.serving_store(
    collection text,
    OUT key_columns text[],
    OUT store regclass,
    OUT space_id uuid,
    OUT metric text,
    OUT carried_columns text[])
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    table_name text;
BEGIN
    SELECT c.key_columns, s.table_name, s.space_id, p.metric, c.carried_columns
    INTO key_columns, table_name, space_id, metric, carried_columns
    FROM pgembed.collection c
        LEFT JOIN pgembed.store s ON s.collection_id = c.collection_id AND s.serving
        LEFT JOIN pgembed.space p ON p.space_id = s.space_id
    WHERE c.name = serving_store.collection;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE002',
            MESSAGE = pg_catalog.format('Expected the name of a collection, got %s.',
                coalesce(pg_catalog.quote_literal(collection), 'null')),
            HINT = coalesce(
                (SELECT 'There are: ' || pg_catalog.string_agg(near.name, ', ')
                 FROM (SELECT c.name
                       FROM pgembed.collection c
                       ORDER BY pg_catalog.lower(pg_catalog.left(c.name, 3))
                               IS DISTINCT FROM pg_catalog.lower(pg_catalog.left(serving_store.collection, 3)),
                           c.name COLLATE "C"
                       LIMIT 10) near),
                'No collection is defined in this database.');
    END IF;
    IF table_name IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE004',
            MESSAGE = pg_catalog.format('Expected a store that serves collection %L, found none.', collection),
            HINT = 'Embed the collection''s rows first.';
    END IF;
    store := pg_catalog.to_regclass(pg_catalog.format('pgembed_store.%I', table_name));
    IF store IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE005',
            MESSAGE = pg_catalog.format('Expected the table pgembed_store.%I with the vectors of collection %L, '
                'found none.', table_name, collection),
            HINT = 'It was dropped by hand: drop the collection and define it again.';
    END IF;
END
$function$;

COMMENT ON FUNCTION pgembed.serving_store(text) IS
    'The store that serves a collection; an error where there is no such collection (PE002), no such store (PE004) or '
    'no table for it (PE005).';

-- The first 16 bytes of SHA-256('fingerprint/dimensions/metric'), marked as a version 8 UUID (RFC 9562): the version in
-- the high half of byte 6, the variant in the two highest bits of byte 8. PgEmbed.VectorSpace derives the same.
CREATE OR REPLACE FUNCTION pgembed.space_id(fingerprint text, dimensions integer, metric text)
RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT encode(
        substring(set_byte(set_byte(hash,
            6, (get_byte(hash, 6) & 15) | 128),
            8, (get_byte(hash, 8) & 63) | 128) FROM 1 FOR 16),
        'hex')::uuid
    FROM sha256(convert_to(fingerprint || '/' || dimensions || '/' || metric, 'UTF8')) AS hash;
END;

COMMENT ON FUNCTION pgembed.space_id(text, integer, text) IS
    'The id of the space with this fingerprint, dimensions and metric: the same in every database.';

CREATE OR REPLACE FUNCTION pgembed.space_label(space_id uuid)
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(
        (SELECT format('%s (%s dimensions, %s, %s)', s.name, s.dimensions, s.metric, left(s.fingerprint, 12))
         FROM pgembed.space s
         WHERE s.space_id = space_label.space_id),
        space_label.space_id::text,
        'no space');
END;

COMMENT ON FUNCTION pgembed.space_label(uuid) IS
    'A space in words, for messages; its id where the catalog does not know it.';

-- Keys are compared by the equality of the store's unique index, named with its schema: an unqualified = on a type such
-- as citext would be another operator under another search_path. (It is the primary key, but where the store is
-- partitioned by a column that may be null.)
CREATE OR REPLACE FUNCTION pgembed.vector_of(collection text, VARIADIC key text[])
RETURNS pgembed.space_vector
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    served    record;
    condition text;
    result    pgembed.space_vector;
BEGIN
    SELECT s.key_columns, s.store, s.space_id INTO served FROM pgembed.serving_store(vector_of.collection) s;
    IF pg_catalog.cardinality(key) IS DISTINCT FROM pg_catalog.cardinality(served.key_columns) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE003',
            MESSAGE = pg_catalog.format('Expected %s key values (%s) for collection %L, got %s.',
                pg_catalog.cardinality(served.key_columns), pg_catalog.array_to_string(served.key_columns, ', '),
                collection, coalesce(pg_catalog.cardinality(key), 0)),
            HINT = 'Give one value for each key column, in their order.';
    END IF;

    SELECT pg_catalog.string_agg(
        pg_catalog.format('%I OPERATOR(%I.%s) $1[%s]::%s',
            a.attname, n.nspname, o.oprname, pg_catalog.substring(a.attname, '^key_(.*)'),
            pg_catalog.format_type(a.atttypid, -1)),
        ' AND ')
    INTO condition
    FROM pg_catalog.pg_index i
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
        JOIN pg_catalog.pg_opclass c
            ON c.oid = i.indclass[pg_catalog.array_position(i.indkey::smallint[], a.attnum)]
        JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amopstrategy = 3
            AND e.amoplefttype = c.opcintype AND e.amoprighttype = c.opcintype
        JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr
        JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
    WHERE i.indrelid = served.store AND i.indisunique AND a.attname LIKE 'key\_%';

    EXECUTE pg_catalog.format(
        'SELECT $2, embedding FROM %s WHERE %s ORDER BY chunk LIMIT 1', served.store, condition)
    INTO result USING key, served.space_id;
    RETURN CASE WHEN result.space_id IS NOT NULL THEN result END;
END
$function$;

COMMENT ON FUNCTION pgembed.vector_of(text, text[]) IS
    'The stored vector of the collection''s row with this key (of its first chunk), to search for more like it; null '
    'where the row has none. Errors: PE002 no such collection, PE003 another number of key columns.';

CREATE OR REPLACE FUNCTION pgembed.version()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT "MigrationId"::text FROM pgembed.migration_history ORDER BY "MigrationId" COLLATE "C" DESC LIMIT 1;
END;

COMMENT ON FUNCTION pgembed.version() IS
    'The newest migration that was applied to this schema.';

INSERT INTO pgembed.setting (name, value) VALUES ('functions', '{"fingerprint":"9d2ff42c151fffcbb1026f0e8d72282fca385608e3fd0c596b8ecd2e7fe5f657","signatures":["pgembed.add_partition(regclass, text[], text, text)","pgembed.begin_search(text, uuid, jsonb)","pgembed.carried_condition(text, text, text, regtype[])","pgembed.collection_status(text)","pgembed.create_nearest(text)","pgembed.drop_nearest(text)","pgembed.estimate_rows(text, text[])","pgembed.explain_search(text, pgembed.space_vector, integer, text, jsonb)","pgembed.in_space(pgembed.space_vector, uuid)","pgembed.name_with_ending(text, text)","pgembed.nearest_name(text)","pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[])","pgembed.require_space(text, uuid)","pgembed.search(text, pgembed.space_vector, integer, text, jsonb)","pgembed.search_parts(text)","pgembed.search_statement(jsonb, integer, text, text, integer, integer, integer, integer, integer, text)","pgembed.search_steps(jsonb)","pgembed.serving_store(text)","pgembed.space_id(text, integer, text)","pgembed.space_label(uuid)","pgembed.vector_of(text, text[])","pgembed.version()"]}')
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now();

COMMIT;
\set QUIET off
\echo PgEmbed is installed.
