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

-- Text indexes for hybrid search, the weights by which a search is fused, and what relevance a distance stands for.

CREATE TABLE pgembed.text_index (
    collection_id  integer          NOT NULL CONSTRAINT text_index_pkey PRIMARY KEY
        CONSTRAINT text_index_collection_id_fkey REFERENCES pgembed.collection (collection_id) ON DELETE CASCADE,
    table_name     text             NOT NULL CONSTRAINT text_index_table_name_key UNIQUE,
    config         text             NOT NULL,
    documents      bigint           NOT NULL DEFAULT 0 CONSTRAINT text_index_documents_check CHECK (documents >= 0),
    average_length double precision NOT NULL DEFAULT 0
        CONSTRAINT text_index_average_length_check CHECK (average_length >= 0),
    counted_at     timestamptz,
    created_at     timestamptz      NOT NULL DEFAULT now()
);
COMMENT ON TABLE pgembed.text_index IS 'The full-text indexes of collections.';
COMMENT ON COLUMN pgembed.text_index.collection_id IS 'The collection whose texts are in it.';
COMMENT ON COLUMN pgembed.text_index.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, content_hash, lexemes.';
COMMENT ON COLUMN pgembed.text_index.config IS 'The text search configuration, with its schema.';
COMMENT ON COLUMN pgembed.text_index.documents IS 'How many texts it had when terms were last counted.';
COMMENT ON COLUMN pgembed.text_index.average_length IS 'How many different lexemes a text had then, on average.';
COMMENT ON COLUMN pgembed.text_index.counted_at IS 'When terms were last counted; null for never.';
COMMENT ON COLUMN pgembed.text_index.created_at IS 'When it was made.';

CREATE TABLE pgembed.text_term (
    collection_id integer          NOT NULL
        CONSTRAINT text_term_collection_id_fkey REFERENCES pgembed.text_index (collection_id) ON DELETE CASCADE,
    term          text COLLATE "C" NOT NULL,
    documents     integer          NOT NULL CONSTRAINT text_term_documents_check CHECK (documents >= 1),
    CONSTRAINT text_term_pkey PRIMARY KEY (collection_id, term)
);
COMMENT ON TABLE pgembed.text_term IS 'In how many of a collection''s texts a lexeme is: the rarer, the more it weighs.';
COMMENT ON COLUMN pgembed.text_term.collection_id IS 'The collection.';
COMMENT ON COLUMN pgembed.text_term.term IS 'The lexeme.';
COMMENT ON COLUMN pgembed.text_term.documents IS 'How many texts have it.';

CREATE TABLE pgembed.fusion (
    collection_id integer          NOT NULL
        CONSTRAINT fusion_collection_id_fkey REFERENCES pgembed.text_index (collection_id) ON DELETE CASCADE,
    space_id      uuid             NOT NULL CONSTRAINT fusion_space_id_fkey REFERENCES pgembed.space (space_id),
    text_weight   double precision NOT NULL CONSTRAINT fusion_text_weight_check CHECK (text_weight BETWEEN 0 AND 1),
    queries       integer          NOT NULL,
    fitted_at     timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT fusion_pkey PRIMARY KEY (collection_id, space_id)
);
COMMENT ON TABLE pgembed.fusion IS 'How much the text counts in hybrid search, fitted on judged queries.';
COMMENT ON COLUMN pgembed.fusion.collection_id IS 'The collection.';
COMMENT ON COLUMN pgembed.fusion.space_id IS 'The space whose similarities it is fused with.';
COMMENT ON COLUMN pgembed.fusion.text_weight IS 'The weight of the text''s score; the similarity''s is 1 less it.';
COMMENT ON COLUMN pgembed.fusion.queries IS 'On how many queries it was fitted.';
COMMENT ON COLUMN pgembed.fusion.fitted_at IS 'When.';

CREATE TABLE pgembed.relevance (
    collection_id integer          NOT NULL
        CONSTRAINT relevance_collection_id_fkey REFERENCES pgembed.collection (collection_id) ON DELETE CASCADE,
    space_id      uuid             NOT NULL CONSTRAINT relevance_space_id_fkey REFERENCES pgembed.space (space_id),
    fitted_on     text             NOT NULL
        CONSTRAINT relevance_fitted_on_check CHECK (fitted_on IN ('judgments', 'distances')),
    neighbors     integer          NOT NULL CONSTRAINT relevance_neighbors_check CHECK (neighbors BETWEEN 2 AND 1000),
    intercept     double precision NOT NULL,
    nearness      double precision NOT NULL CONSTRAINT relevance_nearness_check CHECK (nearness >= 0),
    distinctness  double precision NOT NULL CONSTRAINT relevance_distinctness_check CHECK (distinctness >= 0),
    queries       integer          NOT NULL,
    fitted_at     timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT relevance_pkey PRIMARY KEY (collection_id, space_id),
    CONSTRAINT relevance_slope_check CHECK (nearness + distinctness > 0)
);
COMMENT ON TABLE pgembed.relevance IS
    'What relevance a distance stands for: logistic(intercept + nearness * -distance + distinctness * z), where z is how '
    'many standard deviations nearer it is than the mean of the query''s nearest neighbors.';
COMMENT ON COLUMN pgembed.relevance.collection_id IS 'The collection.';
COMMENT ON COLUMN pgembed.relevance.space_id IS 'The space of the distances.';
COMMENT ON COLUMN pgembed.relevance.fitted_on IS
    'judgments: relevance is a probability. distances: it is a share of the collection''s own neighbours.';
COMMENT ON COLUMN pgembed.relevance.neighbors IS 'How many nearest neighbors a query''s mean and deviation are taken of.';
COMMENT ON COLUMN pgembed.relevance.intercept IS 'The intercept.';
COMMENT ON COLUMN pgembed.relevance.nearness IS 'The weight of the distance, negated.';
COMMENT ON COLUMN pgembed.relevance.distinctness IS 'The weight of z.';
COMMENT ON COLUMN pgembed.relevance.queries IS 'On how many queries it was fitted.';
COMMENT ON COLUMN pgembed.relevance.fitted_at IS 'When.';


INSERT INTO pgembed.migration_history ("MigrationId", "ProductVersion")
VALUES ('003_text_index', '10.0.0');

-- What indexes are advised by: sampled filters that can be run again, and what tuning has found.

COMMENT ON COLUMN pgembed.query_sample.filter IS
    'The filter, its values as $pgembed_value_1$, $pgembed_value_2$ and so on; null where all rows were searched.';

ALTER TABLE pgembed.store
    ADD COLUMN tuned_ef_search integer CONSTRAINT store_tuned_ef_search_check CHECK (tuned_ef_search BETWEEN 1 AND 1000),
    ADD COLUMN tuned_m integer CONSTRAINT store_tuned_m_check CHECK (tuned_m BETWEEN 2 AND 100),
    ADD COLUMN tuned_ef_construction integer
        CONSTRAINT store_tuned_ef_construction_check CHECK (tuned_ef_construction BETWEEN 4 AND 1000),
    ADD COLUMN tuned_recall double precision
        CONSTRAINT store_tuned_recall_check CHECK (tuned_recall > 0 AND tuned_recall < 1),
    ADD COLUMN tuned_k integer CONSTRAINT store_tuned_k_check CHECK (tuned_k >= 1),
    ADD COLUMN tuned_at timestamptz,
    ADD CONSTRAINT store_tuned_check
        CHECK (num_nulls(tuned_ef_search, tuned_m, tuned_ef_construction, tuned_recall, tuned_k, tuned_at) IN (0, 6));
COMMENT ON COLUMN pgembed.store.tuned_ef_search IS
    'The hnsw.ef_search by which an index of tuned_m and tuned_ef_construction reaches tuned_recall; null before tuning.';
COMMENT ON COLUMN pgembed.store.tuned_m IS 'The links of a vector that index tune advised.';
COMMENT ON COLUMN pgembed.store.tuned_ef_construction IS 'The candidates to look at while building that it advised.';
COMMENT ON COLUMN pgembed.store.tuned_recall IS 'The recall that was to be reached.';
COMMENT ON COLUMN pgembed.store.tuned_k IS 'How many neighbours counted.';
COMMENT ON COLUMN pgembed.store.tuned_at IS 'When it was measured.';


INSERT INTO pgembed.migration_history ("MigrationId", "ProductVersion")
VALUES ('004_advice', '10.0.0');

-- The planner gives a list of steps instead of a statement: functions whose result differs can't be replaced.
DO $search_steps$
DECLARE
    changed pg_catalog.regprocedure;
BEGIN
    FOREACH changed IN ARRAY ARRAY[
        pg_catalog.to_regprocedure('pgembed.search_parts(text)'),
        pg_catalog.to_regprocedure(
            'pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], pg_catalog.regtype[])')]
    LOOP
        IF changed IS NOT NULL THEN
            EXECUTE 'DROP FUNCTION ' || changed;
        END IF;
    END LOOP;
END
$search_steps$;


INSERT INTO pgembed.migration_history ("MigrationId", "ProductVersion")
VALUES ('005_search_steps', '10.0.0');

-- Codecs that are fitted: what was fitted, once more in a form that SQL can decode and score by.
--
-- A code's levels are what its bytes, half bytes or bits stand for. The value of coded dimension i is
-- factor * (lows[i] + steps[i] * level i), the factor being the vector's own and standing before the code where its kind
-- has one. Transforms are affine: a vector is shift + M * values, a query's product with it is
-- product(query, shift) + product(M' * query, values); codec_weights has the rows of M and of its transpose M'.

ALTER TABLE pgembed.codec
    ADD COLUMN space_id uuid,
    ADD COLUMN metric text CONSTRAINT codec_metric_check CHECK (metric IN ('cosine', 'l2', 'inner_product')),
    ADD COLUMN dimensions integer CONSTRAINT codec_dimensions_check CHECK (dimensions BETWEEN 1 AND 16000),
    ADD COLUMN coded_dimensions integer CONSTRAINT codec_coded_dimensions_check CHECK (coded_dimensions BETWEEN 1 AND 16000),
    ADD COLUMN code_bytes integer CONSTRAINT codec_code_bytes_check CHECK (code_bytes >= 1),
    ADD COLUMN has_factor boolean,
    ADD COLUMN levels real[],
    ADD COLUMN lows real[] CONSTRAINT codec_lows_check CHECK (cardinality(lows) = coded_dimensions),
    ADD COLUMN steps real[] CONSTRAINT codec_steps_check CHECK (cardinality(steps) = coded_dimensions),
    ADD COLUMN parts integer[] CONSTRAINT codec_parts_check CHECK (cardinality(parts) = coded_dimensions),
    ADD COLUMN shift real[] CONSTRAINT codec_shift_check CHECK (cardinality(shift) = dimensions),
    ADD CONSTRAINT codec_kind_check CHECK (kind IN ('f32', 'f16', 'fp8_e4m3', 'fp8_e5m2', 'sq8', 'sq4', 'nq4', 'bit',
        'mbit2', 'mbit3', 'mbit4', 'rabitq', 'pq')),
    ADD CONSTRAINT codec_fitted_check CHECK (num_nulls(
        parameters, fingerprint, space_id, metric, dimensions, coded_dimensions, code_bytes, has_factor, levels) IN (0, 9)),
    ADD CONSTRAINT codec_parts_kind_check CHECK ((kind = 'pq') = (parts IS NOT NULL));
COMMENT ON COLUMN pgembed.codec.kind IS 'Its quantizer. Without parameters: f32 (vector), f16 (halfvec).';
COMMENT ON COLUMN pgembed.codec.space_id IS
    'The space of the vectors that it was fitted for; null where it is not fitted, as the columns behind.';
COMMENT ON COLUMN pgembed.codec.metric IS 'How its vectors are compared.';
COMMENT ON COLUMN pgembed.codec.dimensions IS 'The length of the vectors it takes.';
COMMENT ON COLUMN pgembed.codec.coded_dimensions IS 'The length of what its transforms make of them.';
COMMENT ON COLUMN pgembed.codec.code_bytes IS 'The length of a code.';
COMMENT ON COLUMN pgembed.codec.has_factor IS 'Whether a code begins with a factor of its own.';
COMMENT ON COLUMN pgembed.codec.levels IS
    'What a piece of a code stands for: a byte, half a byte, a bit, the bits of all planes; under pq 256 centres for each '
    'coded dimension; under f32 and f16 the power of 2 that an exponent stands for.';
COMMENT ON COLUMN pgembed.codec.lows IS 'What is added in each coded dimension; null for 0.';
COMMENT ON COLUMN pgembed.codec.steps IS 'What a level is multiplied with in each coded dimension; null for 1.';
COMMENT ON COLUMN pgembed.codec.parts IS 'Under pq, which byte of a code each coded dimension belongs to, from 0.';
COMMENT ON COLUMN pgembed.codec.shift IS 'What is added to a decoded vector; null for 0.';

CREATE TABLE pgembed.codec_weights (
    codec_id  integer NOT NULL
        CONSTRAINT codec_weights_codec_id_fkey REFERENCES pgembed.codec (codec_id) ON DELETE CASCADE,
    for_query boolean NOT NULL,
    position  integer NOT NULL CONSTRAINT codec_weights_position_check CHECK (position >= 1),
    weights   :"vector_schema".vector NOT NULL,
    CONSTRAINT codec_weights_pkey PRIMARY KEY (codec_id, for_query, position)
);
COMMENT ON TABLE pgembed.codec_weights IS 'The transforms of a codec as one matrix; no rows where it has none.';
COMMENT ON COLUMN pgembed.codec_weights.codec_id IS 'The codec.';
COMMENT ON COLUMN pgembed.codec_weights.for_query IS
    'True: a row for each coded dimension, which maps queries. False: a row for each dimension, which decodes.';
COMMENT ON COLUMN pgembed.codec_weights.position IS 'The dimension, from 1.';
COMMENT ON COLUMN pgembed.codec_weights.weights IS 'The row of the matrix.';


INSERT INTO pgembed.migration_history ("MigrationId", "ProductVersion")
VALUES ('006_codec', '10.0.0');

-- Stores whose codec is fitted: an indexed form, by which candidates are found, and codes, by which they are ranked.

-- It gives the codecs too, from here on: another result type.
DO $drop$
BEGIN
    IF pg_catalog.to_regprocedure('pgembed.search_parts(text)') IS NOT NULL THEN
        DROP FUNCTION pgembed.search_parts(text);
    END IF;
END
$drop$;

ALTER TABLE pgembed.store
    ADD COLUMN recipe text,
    ADD COLUMN index_codec text CONSTRAINT store_index_codec_fkey REFERENCES pgembed.codec (name),
    ADD COLUMN candidates integer CONSTRAINT store_candidates_check CHECK (candidates >= 1),
    ADD CONSTRAINT store_tiers_check CHECK (num_nulls(recipe, index_codec, candidates) IN (0, 3));
COMMENT ON COLUMN pgembed.store.codec IS
    'How they are stored: f32 or f16 (embedding is a vector or halfvec), or the codec of the codes in rescoring.';
COMMENT ON COLUMN pgembed.store.table_name IS
    'Its table in schema pgembed_store: key_1 to key_n, carried_1 to carried_n, chunk, content_hash, embedding, and '
    'rescoring where it has tiers.';
COMMENT ON COLUMN pgembed.store.recipe IS
    'What both its codecs were fitted by: indexed form / rescoring form; null where it has no tiers, as the columns behind.';
COMMENT ON COLUMN pgembed.store.index_codec IS 'The codec of the indexed form, which is in embedding.';
COMMENT ON COLUMN pgembed.store.candidates IS
    'Among how many candidates by the indexed form the 10 nearest are to be looked for, at a recall of 0.95.';

CREATE TABLE pgembed.codec_form (
    codec_id integer NOT NULL
        CONSTRAINT codec_form_codec_id_fkey REFERENCES pgembed.codec (codec_id) ON DELETE CASCADE,
    position integer NOT NULL CONSTRAINT codec_form_position_check CHECK (position >= 1),
    weights  :"vector_schema".vector NOT NULL,
    shift    real NOT NULL,
    CONSTRAINT codec_form_pkey PRIMARY KEY (codec_id, position)
);
COMMENT ON TABLE pgembed.codec_form IS
    'How a vector is brought to an indexed form: a row for each of its values, or bits; no rows where it stays as it is.';
COMMENT ON COLUMN pgembed.codec_form.codec_id IS 'The codec.';
COMMENT ON COLUMN pgembed.codec_form.position IS 'The value, or bit, from 1.';
COMMENT ON COLUMN pgembed.codec_form.weights IS 'A value is the inner product with these, and a shift; a bit is whether it is above 0.';
COMMENT ON COLUMN pgembed.codec_form.shift IS 'The shift.';


INSERT INTO pgembed.migration_history ("MigrationId", "ProductVersion")
VALUES ('007_tiers', '10.0.0');


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

-- One pass over the filter: what a value holds is never looked at for placeholders.
CREATE OR REPLACE FUNCTION pgembed.bind_filter(filter text, marker text, "values" text[], types regtype[])
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
    SELECT pg_catalog.string_agg(
        CASE part.place
            WHEN 1 THEN part.sql
            ELSE pg_catalog.format('(%L::%s)',
                    "values"[pg_catalog.split_part(part.sql, '$', 1)::integer],
                    types[pg_catalog.split_part(part.sql, '$', 1)::integer])
                || pg_catalog.substr(part.sql, pg_catalog.strpos(part.sql, '$') + 1)
        END,
        '' ORDER BY part.place)
    FROM pg_catalog.string_to_table(filter, marker) WITH ORDINALITY AS part (sql, place)
$function$;

COMMENT ON FUNCTION pgembed.bind_filter(text, text, text[], regtype[]) IS
    'A filter with its values in it as quoted constants: where it has the marker, a number n and a dollar sign, it gets '
    'values[n] as types[n]. The marker is a word that the filter has nowhere else.';

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
    columns text[] DEFAULT NULL,
    OUT condition text,
    OUT whole boolean)
LANGUAGE plpgsql
SET jit = off
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
        CROSS JOIN LATERAL (SELECT CASE
            WHEN carried_condition.columns IS NOT NULL
                THEN CASE WHEN a.attname = ANY (carried_condition.columns) THEN a.attname::text END
            ELSE coalesce(
                'key_' || pg_catalog.array_position(c.key_columns, a.attname::text),
                'carried_' || pg_catalog.array_position(c.carried_columns, a.attname::text))
            END) AS s (name)
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

COMMENT ON FUNCTION pgembed.carried_condition(text, text, text, regtype[], text[]) IS
    'What a filter over the collection''s table says of its key and carried columns alone, as a condition over the store''s '
    'columns; null where it says nothing of them. whole: the filter says nothing else. A value stands in the filter as '
    'the marker, its number and a dollar sign, its type in types, and in the condition the same. With columns: what it says '
    'of these columns of the table alone, as a condition over them.';

CREATE OR REPLACE FUNCTION pgembed.check_search_options(options jsonb)
RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    option record;
BEGIN
    IF options = '{}' THEN
        RETURN;
    END IF;
    IF pg_catalog.jsonb_typeof(options) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION USING ERRCODE = 'PE021',
            MESSAGE = pg_catalog.format('Expected the options of a search as a JSON object, got %s.',
                coalesce(options::text, 'null'));
    END IF;
    FOR option IN SELECT o.key, o.value FROM pg_catalog.jsonb_each(options) o WHERE o.value <> 'null' LOOP
        IF option.key NOT IN ('ef_search', 'exact', 'max_distance', 'recall') THEN
            RAISE EXCEPTION USING ERRCODE = 'PE021',
                MESSAGE = pg_catalog.format('Expected an option of a search, got %L.', option.key),
                HINT = 'There are: ef_search, exact, max_distance, recall.';
        END IF;
        -- In parentheses: plpgsql takes the condition to end at a THEN outside of any.
        IF (CASE option.key
            WHEN 'exact' THEN pg_catalog.jsonb_typeof(option.value) <> 'boolean'
            WHEN 'ef_search' THEN pg_catalog.jsonb_typeof(option.value) <> 'number'
                OR option.value::numeric NOT BETWEEN 1 AND 1000 OR option.value::numeric % 1 <> 0
            WHEN 'recall' THEN pg_catalog.jsonb_typeof(option.value) <> 'number'
                OR option.value::numeric <= 0 OR option.value::numeric > 1
            ELSE pg_catalog.jsonb_typeof(option.value) <> 'number'
        END) THEN
            RAISE EXCEPTION USING ERRCODE = 'PE021',
                MESSAGE = pg_catalog.format('Expected %s as %s, got %s.', option.key,
                    CASE option.key
                        WHEN 'exact' THEN 'true or false'
                        WHEN 'ef_search' THEN 'a whole number from 1 to 1000'
                        WHEN 'recall' THEN 'a number above 0, at most 1'
                        ELSE 'a number'
                    END,
                    option.value);
        END IF;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.check_search_options(jsonb) IS
    'Nothing where the options are those of a search, each in its range; else an error (PE021).';

-- One array a code, of which pgvector then makes the product with a query at once: the loop over a code's bytes is all
-- that SQL does itself.
CREATE OR REPLACE FUNCTION pgembed.code_levels(
    code bytea, kind text, coded_dimensions integer, has_factor boolean, levels real[], parts integer[])
RETURNS real[]
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    start integer := CASE WHEN kind = 'rabitq' THEN 8 WHEN has_factor THEN 4 ELSE 0 END;
    last  integer := coded_dimensions - 1;
    plane integer := (coded_dimensions + 7) / 8;
BEGIN
    CASE
        WHEN code IS NULL THEN
            RETURN NULL;
        WHEN kind IN ('sq8', 'fp8_e4m3', 'fp8_e5m2') THEN
            RETURN ARRAY(
                SELECT levels[1 + pg_catalog.get_byte(code, i)] FROM pg_catalog.generate_series(start, start + last) i);
        WHEN kind IN ('sq4', 'nq4') THEN
            RETURN ARRAY(
                SELECT levels[1 + ((pg_catalog.get_byte(code, start + (i >> 1)) >> ((i & 1) << 2)) & 15)]
                FROM pg_catalog.generate_series(0, last) i);
        WHEN kind IN ('bit', 'rabitq') THEN
            -- PostgreSQL counts the bits of a byte from the lowest.
            RETURN ARRAY(
                SELECT levels[1 + pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'mbit2' THEN
            RETURN ARRAY(
                SELECT levels[1 + 2 * pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))
                    + pg_catalog.get_bit(code, 8 * (start + plane) + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'mbit3' THEN
            RETURN ARRAY(
                SELECT levels[1 + 4 * pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))
                    + 2 * pg_catalog.get_bit(code, 8 * (start + plane) + ((i | 7) - (i & 7)))
                    + pg_catalog.get_bit(code, 8 * (start + 2 * plane) + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'mbit4' THEN
            RETURN ARRAY(
                SELECT levels[1 + 8 * pg_catalog.get_bit(code, 8 * start + ((i | 7) - (i & 7)))
                    + 4 * pg_catalog.get_bit(code, 8 * (start + plane) + ((i | 7) - (i & 7)))
                    + 2 * pg_catalog.get_bit(code, 8 * (start + 2 * plane) + ((i | 7) - (i & 7)))
                    + pg_catalog.get_bit(code, 8 * (start + 3 * plane) + ((i | 7) - (i & 7)))]
                FROM pg_catalog.generate_series(0::bigint, last) i);
        WHEN kind = 'pq' THEN
            RETURN ARRAY(
                SELECT levels[256 * i + 1 + pg_catalog.get_byte(code, parts[i + 1])]
                FROM pg_catalog.generate_series(0, last) i);
        WHEN kind = 'f16' THEN
            RETURN ARRAY(
                SELECT CASE WHEN h.high >= 128 THEN -1 ELSE 1 END * levels[1 + ((h.high >> 2) & 31)]
                    * (((h.high & 3) << 8) + h.low + CASE WHEN h.high & 124 > 0 THEN 1024 ELSE 0 END)
                FROM (SELECT pg_catalog.get_byte(code, 2 * i) AS low, pg_catalog.get_byte(code, 2 * i + 1) AS high
                    FROM pg_catalog.generate_series(0, last) i) h);
        ELSE
            RETURN ARRAY(
                SELECT (CASE WHEN b.b3 >= 128 THEN -1 ELSE 1 END
                    * levels[1 + (((b.b3 & 127) << 1) | (b.b2 >> 7))]::double precision
                    * (((b.b2 & 127) << 16) + b.low + CASE WHEN b.b3 & 127 > 0 OR b.b2 > 127 THEN 8388608 ELSE 0 END))::real
                FROM (SELECT pg_catalog.get_byte(code, 4 * i) + (pg_catalog.get_byte(code, 4 * i + 1) << 8) AS low,
                        pg_catalog.get_byte(code, 4 * i + 2) AS b2, pg_catalog.get_byte(code, 4 * i + 3) AS b3
                    FROM pg_catalog.generate_series(0, last) i) b);
    END CASE;
END
$function$;

COMMENT ON FUNCTION pgembed.code_levels(bytea, text, integer, boolean, real[], integer[]) IS
    'What the pieces of a code stand for, one for each coded dimension, without the factor before it; the arguments are '
    'the codec''s, as in pgembed.codec.';

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

CREATE OR REPLACE FUNCTION pgembed.count_terms(collection text)
RETURNS bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    parts   record;
    terms   bigint;
    counted bigint;
    length  double precision;
BEGIN
    SELECT * INTO parts FROM pgembed.text_index_parts(count_terms.collection);
    -- One at a time.
    PERFORM FROM pgembed.text_index x WHERE x.collection_id = parts.collection_id FOR UPDATE;
    DELETE FROM pgembed.text_term t WHERE t.collection_id = parts.collection_id;
    INSERT INTO pgembed.text_term (collection_id, term, documents)
    SELECT parts.collection_id, s.word, s.ndoc
    FROM pg_catalog.ts_stat('SELECT lexemes FROM ' || parts.index_table) s;
    GET DIAGNOSTICS terms = ROW_COUNT;
    EXECUTE 'SELECT pg_catalog.count(*), coalesce(pg_catalog.avg(pg_catalog.length(lexemes)), 0) FROM '
        || parts.index_table
    INTO counted, length;
    EXECUTE 'ANALYZE ' || parts.index_table;
    UPDATE pgembed.text_index x
    SET documents = counted, average_length = length, counted_at = pg_catalog.now()
    WHERE x.collection_id = parts.collection_id;
    RETURN terms;
END
$function$;

COMMENT ON FUNCTION pgembed.count_terms(text) IS
    'Counts in how many of the collection''s texts each lexeme is, by which hybrid search weighs them, and says how many '
    'lexemes there are. To be called again when the texts have become others. Errors: as pgembed.text_index_parts.';

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

    -- By the indexed form where the store has tiers: there is no ranking by codes that an index could serve.
    SELECT p.index_codec, format(
            CASE WHEN p.index_codec IS NULL THEN 'pgembed.in_space($1, %L::uuid)'
                ELSE 'pgembed.indexed_form(pgembed.in_space($1, %L::uuid), %L)' END,
            served.space_id, p.index_codec) AS query,
        split_part(p.distance, '$1::', 1) AS operator, split_part(p.distance, '$1::', 2) AS type
    INTO STRICT vector
    FROM pgembed.search_parts(create_nearest.collection) p;

    statement := format(
        $template$
CREATE OR REPLACE FUNCTION pgembed_store.%1$I(query pgembed.space_vector)
RETURNS TABLE (%2$s, %3$I double precision)
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT %4$s, s.embedding %5$s(SELECT %6$s::%7$s)
    FROM %8$s s;
END
        $template$,
        pgembed.nearest_name(collection),
        columns,
        distance,
        selected,
        vector.operator,
        vector.query,
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
        'partitions and indexes. A row of several chunks comes once for each. %sMade by pgembed.create_nearest.',
        collection,
        CASE WHEN vector.index_codec IS NOT NULL THEN 'The distance is that of the indexed form: pgembed.search ranks by codes. '
            ELSE '' END));
    RETURN format('pgembed_store.%I', pgembed.nearest_name(collection));
END
$function$;

COMMENT ON FUNCTION pgembed.create_nearest(text) IS
    'Makes, or makes anew, pgembed_store.nearest_<collection>(query) over the store that serves the collection, and '
    'gives its name. Its columns are the collection''s key columns, its carried columns and distance (distance_ where '
    'one of them is called distance). To be called again when another store serves. Errors: PE002 no such collection, '
    'PE004 not served.';

-- The table beside the store has each row's lexemes, not a column of the user's table: that would rewrite the table, and
-- an index over an expression of it would have every candidate's text parsed again to be ranked. It is kept in step by
-- triggers on the stores, which are PgEmbed's own: a store's row is written whenever a text has changed, whoever writes.
CREATE OR REPLACE FUNCTION pgembed.create_text_index(collection text, config regconfig DEFAULT 'pg_catalog.english')
RETURNS boolean
LANGUAGE plpgsql
AS $function$
DECLARE
    found   record;
    name    text;
    store   regclass;
    granted record;
    keys    text;
    written text := (
        SELECT pg_catalog.format('%I.%I', n.nspname, c.cfgname)
        FROM pg_catalog.pg_ts_config c JOIN pg_catalog.pg_namespace n ON n.oid = c.cfgnamespace
        WHERE c.oid = create_text_index.config);
BEGIN
    SELECT c.collection_id, s.store, x.config INTO found
    FROM pgembed.serving_store(create_text_index.collection) s
        JOIN pgembed.collection c ON c.name = create_text_index.collection
        LEFT JOIN pgembed.text_index x USING (collection_id);
    IF found.config = written THEN
        RETURN false;
    ELSIF found.config IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE031',
            MESSAGE = pg_catalog.format('Expected collection %L without a text index, found one of configuration %s.',
                collection, found.config),
            HINT = 'Drop it first: pgembed text drop, or SELECT pgembed.drop_text_index(...).';
    END IF;

    name := pgembed.name_with_ending(collection, '_' || found.collection_id || '_text');
    keys := (
        SELECT pg_catalog.string_agg(a.attname::text, ', ' ORDER BY pg_catalog.substr(a.attname::text, 5)::integer)
        FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = found.store AND a.attname ~ '^key_[0-9]+$');
    EXECUTE pg_catalog.format(
        'CREATE TABLE pgembed_store.%I AS SELECT %s, content_hash, NULL::pg_catalog.tsvector AS lexemes FROM %s '
        'WITH NO DATA', name, keys, found.store);
    EXECUTE pg_catalog.format(
        'ALTER TABLE pgembed_store.%I ADD PRIMARY KEY (%s), ALTER content_hash SET NOT NULL, '
        'ALTER lexemes SET NOT NULL', name, keys);
    EXECUTE pg_catalog.format('CREATE INDEX ON pgembed_store.%I USING gin (lexemes)', name);
    EXECUTE pg_catalog.format('COMMENT ON TABLE pgembed_store.%I IS %L', name, pg_catalog.format(
        'The lexemes of collection %s''s texts, for hybrid search. Made by pgembed.create_text_index.', collection));
    -- Who reads the store reads the words too, and who writes it writes them, by the triggers.
    FOR granted IN
        SELECT a.privilege_type, CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE pg_catalog.format('%I', r.rolname) END AS role
        FROM pg_catalog.pg_class t
            CROSS JOIN LATERAL pg_catalog.aclexplode(t.relacl) a
            LEFT JOIN pg_catalog.pg_roles r ON r.oid = a.grantee
        WHERE t.oid = found.store AND a.grantee <> t.relowner
            AND a.privilege_type IN ('SELECT', 'INSERT', 'UPDATE', 'DELETE')
    LOOP
        EXECUTE pg_catalog.format('GRANT %s ON pgembed_store.%I TO %s', granted.privilege_type, name, granted.role);
    END LOOP;
    INSERT INTO pgembed.text_index (collection_id, table_name, config) VALUES (found.collection_id, name, written);
    FOR store IN
        SELECT pg_catalog.format('pgembed_store.%I', s.table_name)::regclass
        FROM pgembed.store s
        WHERE s.collection_id = found.collection_id
    LOOP
        PERFORM pgembed.follow_store(found.collection_id, store);
    END LOOP;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION pgembed.create_text_index(text, regconfig) IS
    'Makes the collection''s text index, for hybrid search: an empty table in pgembed_store that follows the collection''s '
    'stores from now on; pgembed.fill_text_index gives it the texts that there are. False where it is there already. '
    'Errors: PE002 no such collection, PE004 not served, PE031 it is there with another configuration.';

CREATE OR REPLACE FUNCTION pgembed.decode(code bytea, codec text)
RETURNS :"vector_schema".vector
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    c        pgembed.codec := pgembed.fitted_codec(codec);
    factor   double precision := 1;
    coded    real[];
    decoded  real[];
BEGIN
    IF pg_catalog.octet_length(code) <> c.code_bytes THEN
        RAISE EXCEPTION USING ERRCODE = 'PE041',
            MESSAGE = pg_catalog.format('Expected a code of %s bytes by codec %L, got one of %s.',
                c.code_bytes, codec, pg_catalog.octet_length(code)),
            HINT = 'Name the codec that made it.';
    END IF;
    IF c.kind = 'rabitq' THEN
        factor := pgembed.float_at(code, 0) / (pgembed.float_at(code, 4) * pg_catalog.sqrt(c.coded_dimensions));
    ELSIF c.has_factor THEN
        factor := pgembed.float_at(code, 0);
    END IF;
    SELECT pg_catalog.array_agg((factor * (coalesce(l.low, 0) + coalesce(l.step, 1) * l.level))::real ORDER BY l.n)
    INTO coded
    FROM ROWS FROM (
        pg_catalog.unnest(pgembed.code_levels(code, c.kind, c.coded_dimensions, c.has_factor, c.levels, c.parts)),
        pg_catalog.unnest(c.lows), pg_catalog.unnest(c.steps)) WITH ORDINALITY AS l(level, low, step, n);
    decoded := pgembed.map_values(c.codec_id, false, coded);
    IF c.shift IS NOT NULL THEN
        SELECT pg_catalog.array_agg(d.value + d.shift ORDER BY d.n) INTO decoded
        FROM ROWS FROM (pg_catalog.unnest(decoded), pg_catalog.unnest(c.shift)) WITH ORDINALITY AS d(value, shift, n);
    END IF;
    RETURN decoded;
END
$function$;

COMMENT ON FUNCTION pgembed.decode(bytea, text) IS
    'The vector that a code of this codec stands for; under cosine it is of length 1, nearly. Errors: PE040 no such codec, '
    'PE041 a code of another length.';

CREATE OR REPLACE FUNCTION pgembed.distance(code bytea, query pgembed.space_vector, codec text)
RETURNS double precision
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
BEGIN
    RETURN (pgembed.distances(ARRAY[code], query, codec))[1];
END
$function$;

COMMENT ON FUNCTION pgembed.distance(bytea, pgembed.space_vector, text) IS
    'The distance of a query to the vector that a code stands for. For many codes, pgembed.distances maps the query once. '
    'Errors: as pgembed.distances.';

-- Relevance falls with the distance, so for one query a threshold on relevance is one on distance.
CREATE OR REPLACE FUNCTION pgembed.distance_limit(
    collection text, query pgembed.space_vector, min_relevance double precision)
RETURNS double precision
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    fitted record;
    logit  double precision;
BEGIN
    IF min_relevance IS NULL THEN
        RETURN NULL;
    END IF;
    IF NOT min_relevance BETWEEN 0 AND 1 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected min_relevance from 0 to 1, got %s.', min_relevance);
    END IF;
    SELECT * INTO fitted FROM pgembed.query_relevance(collection, query);
    logit := CASE min_relevance
        WHEN 0 THEN '-Infinity'
        WHEN 1 THEN 'Infinity'
        ELSE pg_catalog.ln(min_relevance / (1 - min_relevance))
    END;
    RETURN CASE
        WHEN fitted.slope > 0 THEN (fitted.intercept - logit) / fitted.slope
        WHEN fitted.intercept >= logit THEN 'Infinity'
        ELSE '-Infinity'
    END;
END
$function$;

COMMENT ON FUNCTION pgembed.distance_limit(text, pgembed.space_vector, double precision) IS
    'The largest distance from the query at which a row of the collection is still of this relevance, 0 to 1; null where '
    'none is asked for. Errors: as pgembed.query_relevance; PE033 the relevance is out of its range.';

-- The query is mapped to the coded side once, for all codes; a code then costs one array and one inner product.
CREATE OR REPLACE FUNCTION pgembed.distances(codes bytea[], query pgembed.space_vector, codec text)
RETURNS double precision[]
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    c        pgembed.codec := pgembed.fitted_codec(codec);
    levels   real[] := c.levels;
    parts    integer[] := c.parts;
    given    real[] := pgembed.in_space(query, c.space_id);
    squares  double precision := pgembed.inner_product(given, given);
    weights  real[];
    shifted  double precision := 0;
    lows     double precision;
    tail     integer := c.code_bytes - 4;
    scale    double precision := 1;
    wrong    integer;
BEGIN
    IF pg_catalog.cardinality(given) <> c.dimensions THEN
        RAISE EXCEPTION USING ERRCODE = 'PE042',
            MESSAGE = pg_catalog.format('Expected a query of %s dimensions for codec %L, got one of %s.',
                c.dimensions, codec, pg_catalog.cardinality(given)),
            HINT = 'Embed the query with the model whose vectors were coded.';
    ELSIF c.metric = 'cosine' AND squares = 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE042',
            MESSAGE = 'Expected a query with a direction, got the zero vector.',
            HINT = 'The zero vector has no cosine distance.';
    END IF;
    SELECT pg_catalog.octet_length(u.code) INTO wrong
    FROM pg_catalog.unnest(codes) u(code) WHERE pg_catalog.octet_length(u.code) <> c.code_bytes LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE041',
            MESSAGE = pg_catalog.format('Expected codes of %s bytes by codec %L, got one of %s.', c.code_bytes, codec, wrong),
            HINT = 'Name the codec that made them.';
    END IF;

    IF c.metric = 'cosine' THEN
        scale := 1 / pg_catalog.sqrt(squares);
    END IF;
    IF c.shift IS NOT NULL THEN
        shifted := pgembed.inner_product(c.shift, given);
    END IF;
    SELECT pg_catalog.array_agg(m.value * coalesce(m.step, 1) ORDER BY m.n),
        coalesce(pg_catalog.sum(m.value::double precision * m.low), 0)
    INTO weights, lows
    FROM ROWS FROM (pg_catalog.unnest(pgembed.map_values(c.codec_id, true, given)), pg_catalog.unnest(c.lows), pg_catalog.unnest(c.steps))
        WITH ORDINALITY AS m(value, low, step, n);

    RETURN ARRAY(
        SELECT CASE
            WHEN p.code IS NULL THEN NULL
            WHEN c.metric = 'cosine' THEN 1 - p.product
            WHEN c.metric = 'inner_product' THEN -p.product
            ELSE pg_catalog.sqrt(greatest(0, squares - 2 * p.product + pgembed.float_at(p.code, tail)))
            END
        FROM (
            SELECT u.n, u.code, scale * (shifted
                + CASE
                    WHEN c.kind = 'rabitq' THEN pgembed.float_at(u.code, 0)
                        / (pgembed.float_at(u.code, 4) * pg_catalog.sqrt(c.coded_dimensions))
                    WHEN c.has_factor THEN pgembed.float_at(u.code, 0)
                    ELSE 1 END
                * (lows + pgembed.inner_product(
                    pgembed.code_levels(u.code, c.kind, c.coded_dimensions, c.has_factor, levels, parts),
                    weights))) AS product
            FROM pg_catalog.unnest(codes) WITH ORDINALITY AS u(code, n)) p
        ORDER BY p.n);
END
$function$;

COMMENT ON FUNCTION pgembed.distances(bytea[], pgembed.space_vector, text) IS
    'The distances of a query, full and not coded, to the vectors that codes of this codec stand for, in their order and '
    'under the codec''s metric; null for a null code. Errors: PE040 no such codec, PE041 a code of another length, PE042 a '
    'query of another length, or the zero vector under cosine.';

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

CREATE OR REPLACE FUNCTION pgembed.drop_text_index(collection text)
RETURNS boolean
LANGUAGE plpgsql
AS $function$
DECLARE
    made    record;
    store   regclass;
    event   text;
BEGIN
    SELECT x.collection_id, x.table_name INTO made
    FROM pgembed.collection c
        JOIN pgembed.text_index x USING (collection_id)
    WHERE c.name = drop_text_index.collection;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    FOR store IN
        SELECT pg_catalog.to_regclass(pg_catalog.format('pgembed_store.%I', s.table_name))
        FROM pgembed.store s
        WHERE s.collection_id = made.collection_id
    LOOP
        FOR event IN
            SELECT t.tgname
            FROM pg_catalog.pg_trigger t
            WHERE t.tgrelid = store AND t.tgfoid = 'pgembed.store_changed()'::regprocedure
        LOOP
            EXECUTE pg_catalog.format('DROP TRIGGER %I ON %s', event, store);
        END LOOP;
    END LOOP;
    EXECUTE pg_catalog.format('DROP TABLE IF EXISTS pgembed_store.%I', made.table_name);
    DELETE FROM pgembed.text_index x WHERE x.collection_id = made.collection_id;
    RETURN true;
END
$function$;

COMMENT ON FUNCTION pgembed.drop_text_index(text) IS
    'Drops the collection''s text index and what was counted and fitted for it. False where there is none.';

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

CREATE OR REPLACE FUNCTION pgembed.explain_hybrid(
    collection text,
    query pgembed.space_vector,
    query_text text,
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
    PERFORM pg_catalog.set_config('jit', 'off', true);
    SELECT * INTO planned FROM pgembed.plan_hybrid(collection, query_text, k, filter, explain_hybrid.options);
    -- A loop, because EXECUTE of a loop takes one statement alone.
    FOR server_plan IN EXECUTE 'EXPLAIN (ANALYZE, FORMAT JSON) ' || planned.statement
        USING pgembed.in_space(query, planned.space_id), query, collection, filter, options - '{fusion,text_weight}'::text[],
            planned.terms, planned.weights
    LOOP
        EXIT;
    END LOOP;
    RETURN QUERY VALUES ('fusion', planned.fusion), ('text weight', planned.text_weight::text);
    RETURN QUERY
        SELECT 'word ' || t.term, pg_catalog.format('weighs %s', pg_catalog.round(t.weight::numeric, 4))
        FROM ROWS FROM (pg_catalog.unnest(planned.terms[3:]), pg_catalog.unnest(planned.weights))
            WITH ORDINALITY AS t (term, weight, place)
        ORDER BY t.place;
    RETURN QUERY
        SELECT 'step ' || pg_catalog.substr(s.node ->> 'Subplan Name', 14),
            pg_catalog.format('%s rows', (s.node ->> 'Actual Rows')::numeric::bigint)
        FROM pg_catalog.jsonb_path_query(
            server_plan::jsonb, 'strict $.** ? (@."Subplan Name" like_regex "^CTE _pgembed_")', silent => true) s (node);
    RETURN QUERY VALUES
        ('rows', server_plan -> 0 -> 'Plan' ->> 'Actual Rows'),
        ('milliseconds', server_plan -> 0 ->> 'Execution Time'),
        ('statement', planned.statement);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.explain_hybrid(text, pgembed.space_vector, text, integer, text, jsonb) IS
    'Runs pgembed.hybrid_search with the same arguments, and says how: the fusion, the words and what they weigh, the rows '
    'of each step, and the statement. Errors: as pgembed.hybrid_search.';

-- As pgembed.search, but that each step's statement is run by EXPLAIN ANALYZE, which says how many rows it found.
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
    step        jsonb;
    line        text;
    server_plan text;
    outcome     record;
    found_rows  bigint := 0;
    done        boolean := false;
    row_count   bigint;
    total_time  double precision := 0;
    details     text[];
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    options := pgembed.with_distance_limit(collection, query, options);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            ('plan', planned.plan),
            ('reason', planned.reason),
            ('matching rows', pg_catalog.round(planned.matching_rows)::text || ' (estimated)'),
            ('stored rows', pg_catalog.round(planned.stored_rows)::text || ' (estimated)')) AS a (aspect, value);
    FOR step IN SELECT s.value FROM pg_catalog.jsonb_array_elements(planned.steps) s LOOP
        aspect := 'step ' || (step ->> 'step');
        IF done OR found_rows < (step ->> 'worth')::bigint THEN
            value := CASE WHEN done THEN 'not needed' ELSE 'passed over: too few rows were found near' END;
            RETURN NEXT;
            CONTINUE;
        END IF;
        PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(step -> 'settings') s;
        server_plan := '';
        FOR line IN EXECUTE 'EXPLAIN (ANALYZE, COSTS OFF) ' || (step ->> 'statement') USING (query).embedding LOOP
            server_plan := server_plan || line || E'\n';
        END LOOP;
        SELECT * INTO outcome FROM pgembed.step_outcome(server_plan);
        found_rows := outcome.found;
        total_time := total_time + outcome.milliseconds;
        done := (found_rows <= (step ->> 'most')::bigint) IS NOT FALSE
            AND (found_rows >= (step ->> 'least')::bigint) IS NOT FALSE;
        row_count := outcome.rows;
        value := CASE
                WHEN found_rows > (step ->> 'most')::bigint
                    THEN pg_catalog.format('more than %s rows pass, against what was expected', step ->> 'most')
                WHEN outcome.looked_at IS NOT NULL
                    THEN pg_catalog.format('%s rows of the %s nearest, %s were wanted',
                        found_rows, outcome.looked_at, step ->> 'wanted')
                WHEN found_rows IS NOT NULL THEN pg_catalog.format('%s rows, all ranked', found_rows)
                ELSE 'all rows that pass, ranked'
            END;
        RETURN NEXT;
        details := details || pg_catalog.format(E'%s\n\n%s\n\n%s',
            (SELECT pg_catalog.string_agg(s.key || ' = ' || s.value, ', ' ORDER BY s.key)
             FROM pg_catalog.jsonb_each_text(step -> 'settings') s),
            step ->> 'statement',
            -- The query vector is long, and no news.
            pg_catalog.regexp_replace(server_plan, '''\[[^]'']*\]''', '$1', 'g'));
    END LOOP;
    RETURN QUERY
        SELECT a.aspect, a.value
        FROM (VALUES
            -- A step that does not count returns as many as there are; least() would pass over its null.
            ('rows', CASE WHEN found_rows IS NULL THEN row_count ELSE least(found_rows, k) END::text),
            ('milliseconds', pg_catalog.round(total_time::numeric, 3)::text)) AS a (aspect, value);
    RETURN QUERY
        SELECT 'statement ' || d.position, d.value
        FROM pg_catalog.unnest(details) WITH ORDINALITY AS d (value, position);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.explain_search(text, pgembed.space_vector, integer, text, jsonb) IS
    'Runs pgembed.search with the same arguments, and says how: the plan and why it was chosen, what it was estimated '
    'from, what happened in each of its steps, and of each that ran the settings, the statement and the server''s plan. A '
    'threshold is left out of account. Errors: as pgembed.search.';

CREATE OR REPLACE FUNCTION pgembed.fill_text_index(collection text, rows bigint DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql
AS $function$
DECLARE
    parts  record;
    served record;
    filled bigint;
BEGIN
    SELECT * INTO parts FROM pgembed.text_index_parts(fill_text_index.collection);
    SELECT * INTO served FROM pgembed.serving_store(fill_text_index.collection);
    EXECUTE pg_catalog.format(
        $sql$INSERT INTO %1$s (%2$s, content_hash, lexemes)
        SELECT %3$s, v.content_hash, pg_catalog.to_tsvector(%4$L, pg_catalog.left(%5$s, 100000))
        FROM %9$s v JOIN %6$s s ON %7$s
        WHERE v.chunk = 0
            AND pg_catalog.sha256(pg_catalog.convert_to(%5$s, 'UTF8')) = v.content_hash
            AND NOT EXISTS (SELECT FROM %1$s t WHERE %8$s)
        ORDER BY %3$s
        LIMIT $1
        ON CONFLICT DO NOTHING$sql$,
        parts.index_table, parts.keys, parts.row_keys, parts.config, parts.source_text, parts.source,
        parts.source_join, parts.same_keys, served.store)
    USING rows;
    GET DIAGNOSTICS filled = ROW_COUNT;
    RETURN filled;
END
$function$;

COMMENT ON FUNCTION pgembed.fill_text_index(text, bigint) IS
    'Gives the collection''s text index the texts that it has not, at most so many, and says how many these were. To be '
    'called until it gives 0, in transactions of their own where rows are given, so that writers wait for none of them '
    'long; then pgembed.count_terms. Errors: as pgembed.text_index_parts and pgembed.serving_store.';

-- Without judged queries, relevance is a share: rows of the collection, a fixed sample of them, are searched for among the
-- others, and a row is as relevant to a query as it stands out of the query's neighbourhood more than the nearest of those
-- do. How far the nearest stand out is taken for normal, and the normal for logistic, whose slope is 1.702 times as steep.
CREATE OR REPLACE FUNCTION pgembed.fit_relevance(collection text, sample integer DEFAULT 200)
RETURNS double precision
LANGUAGE plpgsql
AS $function$
DECLARE
    neighbors constant integer := 40;
    served   record;
    distance text;
    fitted   record;
BEGIN
    IF sample IS NULL OR sample < 10 OR sample > 100000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected a sample of 10 to 100000 rows, got %s.', coalesce(sample::text, 'null'));
    END IF;
    SELECT s.*, p.index_codec INTO served
    FROM pgembed.serving_store(fit_relevance.collection) s, pgembed.search_parts(fit_relevance.collection) p;
    IF served.index_codec IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE035',
            MESSAGE = pg_catalog.format('Expected collection %L in f32 or f16 to fit relevance on its distances, found a '
                'store with tiers.', collection),
            HINT = 'Fit before the codec is applied, which keeps what was fitted, or by judged queries: pgembed relevance fit.';
    END IF;
    distance := (
        SELECT pg_catalog.format('v.embedding OPERATOR(%I.%s) sampled.embedding', n.nspname,
            CASE served.metric WHEN 'cosine' THEN '<=>' WHEN 'l2' THEN '<->' WHEN 'inner_product' THEN '<#>' END)
        FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
            JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
        WHERE a.attrelid = served.store AND a.attname = 'embedding');
    -- The nearest is the row itself. Hashes come in no order that has to do with the texts.
    EXECUTE pg_catalog.format(
        $sql$SELECT pg_catalog.count(*) AS queries, pg_catalog.avg(z) AS mean, pg_catalog.stddev_samp(z) AS deviation
        FROM (
            SELECT (pg_catalog.avg(distance) - pg_catalog.min(distance)) / nullif(pg_catalog.stddev_pop(distance), 0) AS z
            FROM (SELECT pg_catalog.row_number() OVER () AS number, embedding
                  FROM (SELECT embedding FROM %1$s WHERE chunk = 0 ORDER BY content_hash LIMIT %2$s) AS hashed) AS sampled
                CROSS JOIN LATERAL (
                    SELECT distance
                    FROM (SELECT %3$s AS distance FROM %1$s v ORDER BY %3$s LIMIT %4$s) AS near
                    ORDER BY distance
                    OFFSET 1) AS neighbor
            GROUP BY number) AS queries
        WHERE z IS NOT NULL$sql$,
        served.store, sample, distance, neighbors + 1)
    INTO fitted;
    IF NOT coalesce(fitted.deviation > 0, false) OR fitted.queries < 10 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE035',
            MESSAGE = pg_catalog.format('Expected collection %L to have enough different vectors to fit relevance on, found '
                'that it has not.', collection),
            HINT = 'Embed more rows first.';
    END IF;
    INSERT INTO pgembed.relevance AS r
        (collection_id, space_id, fitted_on, neighbors, intercept, nearness, distinctness, queries)
    SELECT c.collection_id, served.space_id, 'distances', neighbors, -1.702 * fitted.mean / fitted.deviation, 0,
        1.702 / fitted.deviation, fitted.queries
    FROM pgembed.collection c
    WHERE c.name = fit_relevance.collection
    ON CONFLICT (collection_id, space_id) DO UPDATE
    SET fitted_on = excluded.fitted_on, neighbors = excluded.neighbors, intercept = excluded.intercept,
        nearness = excluded.nearness, distinctness = excluded.distinctness, queries = excluded.queries,
        fitted_at = pg_catalog.now();
    RETURN fitted.mean;
END
$function$;

COMMENT ON FUNCTION pgembed.fit_relevance(text, integer) IS
    'Fits, without judged queries, what relevance a distance stands for in this collection, for min_relevance in searches: '
    'a row of relevance 0.5 stands out of the query''s neighbours as far as the nearest of so many sampled rows do on '
    'average, which it gives, in standard deviations. Errors: as pgembed.serving_store; PE033 the sample is out of its '
    'range, PE035 too few vectors.';

CREATE OR REPLACE FUNCTION pgembed.fitted_codec(codec text)
RETURNS pgembed.codec
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    fitted pgembed.codec;
BEGIN
    SELECT c.* INTO fitted FROM pgembed.codec c WHERE c.name = fitted_codec.codec AND c.parameters IS NOT NULL;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE040',
            MESSAGE = pg_catalog.format('Expected the name of a fitted codec, got %L.', codec),
            HINT = pg_catalog.format('There are: %s.', coalesce((
                SELECT pg_catalog.string_agg(c.name, ', ' ORDER BY c.name) FROM pgembed.codec c
                WHERE c.parameters IS NOT NULL), 'none'));
    END IF;
    RETURN fitted;
END
$function$;

COMMENT ON FUNCTION pgembed.fitted_codec(text) IS
    'A codec that was fitted, with its parameters. Errors: PE040 no such codec.';

CREATE OR REPLACE FUNCTION pgembed.fitted_relevance(
    collection text,
    space_id uuid,
    OUT neighbors integer,
    OUT intercept double precision,
    OUT nearness double precision,
    OUT distinctness double precision)
LANGUAGE plpgsql STABLE
AS $function$
BEGIN
    SELECT r.neighbors, r.intercept, r.nearness, r.distinctness INTO neighbors, intercept, nearness, distinctness
    FROM pgembed.relevance r JOIN pgembed.collection c USING (collection_id)
    WHERE c.name = fitted_relevance.collection AND r.space_id = fitted_relevance.space_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'PE034',
            MESSAGE = pg_catalog.format('Expected collection %L to have its relevance fitted, found that it has not.',
                collection),
            HINT = 'Fit it once: pgembed relevance fit, or SELECT pgembed.fit_relevance(...).';
    END IF;
END
$function$;

COMMENT ON FUNCTION pgembed.fitted_relevance(text, uuid) IS
    'What relevance a distance stands for in a collection and space, as it was fitted: logistic(intercept - nearness * d + '
    'distinctness * z), where z is how many standard deviations nearer d is than the mean of a query''s so many nearest '
    'neighbours. Errors: PE034 it was not.';

-- Sign, exponent and mantissa by arithmetic: SQL has no cast from bytes to real.
CREATE OR REPLACE FUNCTION pgembed.float_at(code bytea, place integer)
RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT CASE WHEN get_byte(code, place + 3) >= 128 THEN -1 ELSE 1 END
        * power(2::double precision, greatest(b.exponent, 1) - 150)
        * (get_byte(code, place) + 256 * get_byte(code, place + 1) + 65536 * (get_byte(code, place + 2) & 127)
            + CASE WHEN b.exponent > 0 THEN 8388608 ELSE 0 END)
    FROM (SELECT 2 * (get_byte(code, place + 3) & 127) + get_byte(code, place + 2) / 128 AS exponent) b;
END;

COMMENT ON FUNCTION pgembed.float_at(bytea, integer) IS
    'The float32 that stands in a code behind so many bytes, the lowest byte first.';

CREATE OR REPLACE FUNCTION pgembed.follow_store(collection_id integer, store regclass)
RETURNS void
LANGUAGE plpgsql
SET client_min_messages = warning
AS $function$
DECLARE
    event  text;
    "table" text;
BEGIN
    IF NOT EXISTS (SELECT FROM pgembed.text_index x WHERE x.collection_id = follow_store.collection_id) THEN
        RETURN;
    END IF;
    -- A trigger with a transition table has one event.
    FOREACH event IN ARRAY ARRAY['insert', 'update', 'delete'] LOOP
        "table" := CASE event WHEN 'delete' THEN 'OLD' ELSE 'NEW' END;
        EXECUTE pg_catalog.format(
            'CREATE OR REPLACE TRIGGER _pgembed_text_%s AFTER %1$s ON %s REFERENCING %s TABLE AS _pgembed_changed '
            'FOR EACH STATEMENT EXECUTE FUNCTION pgembed.store_changed(%L)',
            event, store, "table", follow_store.collection_id);
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.follow_store(integer, regclass) IS
    'Has the text index of the collection with this number follow a store of it; nothing where it has none.';

CREATE OR REPLACE FUNCTION pgembed.form_values(codec_id integer, "values" real[], length double precision)
RETURNS real[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- OFFSET keeps the array from being made a vector once for each row.
    SELECT coalesce(
        (SELECT array_agg(
                (:"vector_schema".inner_product(f.weights, v.vector) / form_values.length + f.shift)::real ORDER BY f.position)
        FROM pgembed.codec_form f,
            (SELECT form_values."values":::"vector_schema".vector AS vector OFFSET 0) v
        WHERE f.codec_id = form_values.codec_id),
        form_values."values");
END;

COMMENT ON FUNCTION pgembed.form_values(integer, real[], double precision) IS
    'The values of a vector, brought to a length of 1 by the one given, that a codec of an indexed form makes of it, or whose '
    'signs it keeps; the vector as it is where the codec has no rows.';

-- The pieces of SQL that a hybrid statement is put together from. Columns that are PgEmbed's begin with _pgembed_, so that
-- a filter's plain names can only mean the source table's. Keys are compared by the equality of the text index's primary
-- key, named with its schema: an unqualified = on a type such as citext would be another operator under another search
-- path. pgembed.search gives keys as texts; found_keys makes them what they were.
CREATE OR REPLACE FUNCTION pgembed.hybrid_parts(
    collection text,
    OUT index_table text,
    OUT source text,
    OUT source_name text,
    OUT store text,
    OUT space_id uuid,
    OUT distance text,
    OUT similarity text,
    OUT keys text,
    OUT indexed_keys text,
    OUT source_keys text,
    OUT found_keys text,
    OUT same_key text,
    OUT source_key text,
    OUT key_text text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    made   record;
    served record;
    vector record;
BEGIN
    SELECT * INTO made FROM pgembed.text_index_parts(hybrid_parts.collection);
    SELECT s.*, c.source_table INTO served
    FROM pgembed.serving_store(hybrid_parts.collection) s
        JOIN pgembed.collection c ON c.name = hybrid_parts.collection;
    index_table := made.index_table;
    source := made.source;
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
    distance := coalesce((
        SELECT pg_catalog.format('pgembed.distance(rescoring, $2, %L)', s.codec)
        FROM pgembed.search_parts(hybrid_parts.collection) s WHERE s.codec IS NOT NULL),
        pg_catalog.format('embedding OPERATOR(%I.%s) $1::%1$I.%3$I', vector.schema, vector.operator, vector.type));
    -- Under cosine a vector without direction has no distance (NaN): it is as far as can be.
    similarity := CASE served.metric
        WHEN 'cosine' THEN '1 - least(_pgembed_distance, 2)'
        WHEN 'l2' THEN '1 / (1 + _pgembed_distance)'
        ELSE '- _pgembed_distance'
    END;

    SELECT pg_catalog.string_agg('_pgembed_key_' || k.position, ', ' ORDER BY k.position),
        pg_catalog.string_agg(pg_catalog.format('key_%s AS _pgembed_key_%1$s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I AS _pgembed_key_%s', source_name, k.name, k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('key[%s]::%s AS _pgembed_key_%1$s', k.position,
                pg_catalog.format_type(a.atttypid, a.atttypmod)),
            ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('key_%s OPERATOR(%s) _pgembed_key_%1$s', k.position, k.equal), ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('_pgembed_key_%s OPERATOR(%s) %s.%I', k.position, k.equal, source_name, k.name),
            ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I::pg_catalog.text', source_name, k.name), ', ' ORDER BY k.position)
    INTO STRICT keys, indexed_keys, source_keys, found_keys, same_key, source_key, key_text
    FROM ROWS FROM (pg_catalog.unnest(served.key_columns), pg_catalog.unnest(made.key_operators))
            WITH ORDINALITY AS k (name, equal, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = index_table::regclass AND a.attname = 'key_' || k.position;
END
$function$;

COMMENT ON FUNCTION pgembed.hybrid_parts(text) IS
    'The pieces of SQL that a hybrid search of the collection is made of. Errors: as pgembed.text_index_parts and '
    'pgembed.serving_store.';

-- As pgembed.search, it runs in a subtransaction that is always rolled back, so that nothing of it stays.
CREATE OR REPLACE FUNCTION pgembed.hybrid_search(
    collection text,
    query pgembed.space_vector,
    query_text text,
    k integer DEFAULT 10,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (key text[], score double precision, distance double precision, text_score double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    planned record;
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    PERFORM pg_catalog.set_config('jit', 'off', true);
    SELECT * INTO planned FROM pgembed.plan_hybrid(collection, query_text, k, filter, hybrid_search.options);
    FOR key, score, distance, text_score IN EXECUTE planned.statement
        USING pgembed.in_space(query, planned.space_id), query, collection, filter, options - '{fusion,text_weight}'::text[],
            planned.terms, planned.weights
    LOOP
        RETURN NEXT;
    END LOOP;
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.hybrid_search(text, pgembed.space_vector, text, integer, text, jsonb) IS
    'The min(k, rows that match) rows of the collection that fit the query best by its meaning and its words together, '
    'the best first: each row''s key columns as texts, its fused score, its distance, and what its words score, in rare '
    'words. Rows match when they pass the filter and have a vector. It needs a text index. Options: fusion, text_weight, and '
    'those of pgembed.search. Errors: as pgembed.plan_hybrid; PE001 a vector of another space; 22004 no vector.';

-- The statement has two legs and fuses them. The vector leg is pgembed.search with the same filter, so it is planned as any
-- search is. Its parameters: $1 the query vector, $2 the same as a space_vector, $3 the collection, $4 the filter,
-- $5 the search's options, $6 the terms as texts of tsqueries (the first selects, the second selects more, the rest are
-- the terms one by one), $7 each term's weight.
--
-- The text leg ranks by BM25: a text scores, for each term, weight * tf / (tf + norm), where norm is 1.2 * (0.25 + 0.75 *
-- length / average length) and length is how many different lexemes it has. How often a lexeme is in a text, tf, is read
-- from ts_rank, which finds it without taking the tsvector apart: with all weights 1 the rank of a single term is
-- 6 / pi^2 * (1 + 1/4 + ... + 1/tf^2), and 6 / pi^2 / (1 - rank) lies by less than a half beside tf + 0.5.
--
-- Few texts have a rare word and most have a common one. So the rare ones select the texts that are scored, and all terms
-- score them. More are selected only where it can matter: there are too few, or one that was left out could, with all
-- that the left-out terms can give (`spare`), score as much as the last. Where few rows pass the filter (`bound`), those
-- are scored.
--
-- Rows that one leg alone has found get the other's score too, so that both count for all. Each step is a MATERIALIZED
-- CTE, and one that is not needed has a false condition without a column: the server never starts it. LIMITs are literals.
CREATE OR REPLACE FUNCTION pgembed.hybrid_statement(
    parts jsonb, k integer, depth integer, filter text, terms integer, spare double precision, bound integer,
    fusion text, text_weight double precision)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    keys      constant text := parts ->> 'keys';
    -- On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    condition constant text := coalesce(E' AND (\n' || filter || E'\n)', '');
    tsquery   constant text := '($6::pg_catalog.text[])[%s]::pg_catalog.tsquery';
    rows_of   constant text := '(SELECT pg_catalog.count(*) FROM _pgembed_%s)';
    score     text := '0::double precision';
    selected  text;
    steps     text[] := '{}';
    found     text[] := '{}';
    few       text := 'true';
BEGIN
    steps := steps || pg_catalog.format($sql$_pgembed_vector_leg AS MATERIALIZED (
    SELECT %1$s, distance AS _pgembed_distance, ordinality AS _pgembed_rank
    FROM pgembed.search($3, $2, %2$s, $4, $5) WITH ORDINALITY)$sql$, parts ->> 'found_keys', depth);
    IF terms = 0 THEN
        found := ARRAY[pg_catalog.format(
            'SELECT %s, _pgembed_distance, _pgembed_rank, NULL::bigint AS _pgembed_text_rank, '
            'NULL::double precision AS _pgembed_text_score FROM _pgembed_vector_leg', keys)];
    ELSE
        score := (
            SELECT pg_catalog.string_agg(pg_catalog.format(
                    '($7::double precision[])[%s] * (1 - _pgembed_norm / (_pgembed_norm + pg_catalog.round((0.6079271018540267 '
                    '/ (1.0000001 - pg_catalog.ts_rank(''{1,1,1,1}'', _pgembed_lexemes, %s)))::double precision - 0.5)))',
                    n, pg_catalog.format(tsquery, n + 2)),
                E'\n            + ' ORDER BY n)
            FROM pg_catalog.generate_series(1, terms) n);
        IF bound IS NOT NULL THEN
            steps := steps || pg_catalog.format($sql$_pgembed_matching_few AS MATERIALIZED (
    SELECT %1$s FROM %2$s AS %3$s WHERE true%4$s LIMIT %5$s),
_pgembed_text_few AS MATERIALIZED (
    SELECT %6$s, %7$s AS _pgembed_score
    FROM _pgembed_matching_few
        CROSS JOIN LATERAL (
            SELECT lexemes AS _pgembed_lexemes, %8$s AS _pgembed_norm
            FROM %9$s
            WHERE %10$s AND lexemes @@ %11$s
            OFFSET 0) AS _pgembed_text
    WHERE %12$s <= %13$s)$sql$,
                parts ->> 'source_keys', parts ->> 'source', parts ->> 'source_name', condition, bound + 1,
                keys, score, parts ->> 'norm', parts ->> 'index_table', parts ->> 'same_key',
                pg_catalog.format(tsquery, 2), pg_catalog.format(rows_of, 'matching_few'), bound);
            found := found || 'SELECT * FROM _pgembed_text_few'::text;
            few := pg_catalog.format(rows_of || ' > %s', 'matching_few', bound);
        END IF;
        selected := $sql$_pgembed_text_%1$s AS MATERIALIZED (
    SELECT %2$s, _pgembed_score
    FROM (SELECT %2$s, %3$s AS _pgembed_score
          FROM (SELECT %4$s, lexemes AS _pgembed_lexemes, %5$s AS _pgembed_norm
                FROM %6$s
                WHERE lexemes @@ %7$s AND %8$s
                OFFSET 0) AS _pgembed_texts
          ORDER BY _pgembed_score DESC, %2$s
          OFFSET 0) AS _pgembed_scored
        CROSS JOIN LATERAL (SELECT FROM %9$s AS %10$s WHERE %11$s%12$s OFFSET 0) AS _pgembed_passing
    LIMIT %13$s)$sql$;
        steps := steps || pg_catalog.format(selected, 'rare', keys, score, parts ->> 'indexed_keys', parts ->> 'norm',
            parts ->> 'index_table', pg_catalog.format(tsquery, 1), few, parts ->> 'source', parts ->> 'source_name',
            parts ->> 'source_key', condition, depth);
        IF spare IS NULL THEN
            found := found || 'SELECT * FROM _pgembed_text_rare'::text;
        ELSE
            steps := steps || pg_catalog.format(selected, 'more', keys, score, parts ->> 'indexed_keys', parts ->> 'norm',
                parts ->> 'index_table', pg_catalog.format(tsquery, 2),
                few || pg_catalog.format(' AND (%s < %s OR (SELECT pg_catalog.min(_pgembed_score) FROM _pgembed_text_rare) < %s)',
                    pg_catalog.format(rows_of, 'text_rare'), depth, spare),
                parts ->> 'source', parts ->> 'source_name', parts ->> 'source_key', condition, depth);
            -- Whatever is among the rare is among the more too.
            found := found || 'SELECT * FROM _pgembed_text_more'::text || ('SELECT * FROM _pgembed_text_rare '
                'WHERE NOT EXISTS (SELECT FROM _pgembed_text_more)')::text;
        END IF;
        steps := steps || pg_catalog.format($sql$_pgembed_text_leg AS MATERIALIZED (
    SELECT *, pg_catalog.row_number() OVER (ORDER BY _pgembed_score DESC, %1$s) AS _pgembed_rank
    FROM (%2$s) AS _pgembed_texts)$sql$, keys, pg_catalog.array_to_string(found, ' UNION ALL '));
        found := ARRAY[pg_catalog.format(
            $sql$SELECT %1$s, pg_catalog.min(_pgembed_distance) AS _pgembed_distance, pg_catalog.min(_pgembed_rank) AS _pgembed_rank,
        pg_catalog.min(_pgembed_text_rank) AS _pgembed_text_rank, pg_catalog.max(_pgembed_text_score) AS _pgembed_text_score
    FROM (SELECT %1$s, _pgembed_distance, _pgembed_rank, NULL::bigint AS _pgembed_text_rank,
              NULL::double precision AS _pgembed_text_score
          FROM _pgembed_vector_leg
          UNION ALL
          SELECT %1$s, NULL, NULL, _pgembed_rank, _pgembed_score FROM _pgembed_text_leg WHERE _pgembed_rank <= %2$s)
        AS _pgembed_legs
    GROUP BY %1$s$sql$, keys, depth)];
    END IF;

    steps := steps || pg_catalog.format($sql$_pgembed_candidates AS MATERIALIZED (
    %1$s),
_pgembed_compared AS MATERIALIZED (
    SELECT %2$s, _pgembed_rank, _pgembed_text_rank,
        coalesce(_pgembed_distance, (
            SELECT pg_catalog.min(%3$s) FROM %4$s WHERE %5$s)) AS _pgembed_distance,
        coalesce(_pgembed_text_score, (
            SELECT %6$s
            FROM (SELECT lexemes AS _pgembed_lexemes, %7$s AS _pgembed_norm FROM %8$s WHERE %5$s OFFSET 0) AS _pgembed_text),
            0) AS _pgembed_text_score
    FROM _pgembed_candidates)$sql$,
        found[1], keys, parts ->> 'distance', parts ->> 'store', parts ->> 'same_key',
        score, parts ->> 'norm', parts ->> 'index_table');
    -- A text whose vector is gone has no distance, and is no result.
    RETURN pg_catalog.format(
        $sql$WITH %1$s
SELECT ARRAY[%2$s] AS key, _pgembed_score AS score, _pgembed_distance AS distance, _pgembed_text_score AS text_score
FROM (SELECT *, %3$s AS _pgembed_score
      FROM _pgembed_compared
      WHERE _pgembed_distance IS NOT NULL
      ORDER BY _pgembed_score DESC, %4$s
      LIMIT %5$s) AS _pgembed_fused
    JOIN %6$s AS %7$s ON %8$s
ORDER BY _pgembed_score DESC, %4$s$sql$,
        pg_catalog.array_to_string(steps, E',\n'), parts ->> 'key_text',
        CASE fusion
            WHEN 'rrf' THEN pg_catalog.format(
                'coalesce(%L::double precision / (60 + _pgembed_rank), 0) '
                    '+ coalesce(%L::double precision / (60 + _pgembed_text_rank), 0)',
                1 - text_weight, text_weight)
            ELSE pg_catalog.format('%L::double precision * (%s) + %L::double precision * _pgembed_text_score',
                1 - text_weight, parts ->> 'similarity', text_weight)
        END,
        keys, k, parts ->> 'source', parts ->> 'source_name', parts ->> 'source_key');
END
$function$;

COMMENT ON FUNCTION pgembed.hybrid_statement(jsonb, integer, integer, text, integer, double precision, integer, text, double precision) IS
    'The statement of a hybrid search, out of a collection''s parts and the numbers of a plan. It gives the key columns as '
    'texts, the fused score, the distance and the text''s score, the best first.';

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

-- As text, since a form is of the one type or the other: the statement casts it to that of the column.
CREATE OR REPLACE FUNCTION pgembed.indexed_form(query real[], codec text)
RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
AS $function$
DECLARE
    c      pgembed.codec := pgembed.fitted_codec(codec);
    length double precision := 1;
    form   real[];
BEGIN
    IF pg_catalog.cardinality(query) <> c.dimensions THEN
        RAISE EXCEPTION USING ERRCODE = 'PE042',
            MESSAGE = pg_catalog.format('Expected a query of %s dimensions for codec %L, got one of %s.',
                c.dimensions, codec, pg_catalog.cardinality(query)),
            HINT = 'Embed the query with the model whose vectors were coded.';
    END IF;
    IF c.metric = 'cosine' THEN
        length := pg_catalog.sqrt(pgembed.inner_product(query, query));
        IF length = 0 THEN
            RAISE EXCEPTION USING ERRCODE = 'PE042',
                MESSAGE = 'Expected a query with a direction, got the zero vector.',
                HINT = 'The zero vector has no cosine distance.';
        END IF;
    END IF;
    form := pgembed.form_values(c.codec_id, query, length);
    IF c.kind IN ('f32', 'f16') THEN
        RETURN '[' || pg_catalog.array_to_string(form, ',') || ']';
    END IF;
    RETURN (
        SELECT pg_catalog.string_agg(CASE WHEN f.value > 0 THEN '1' ELSE '0' END, '' ORDER BY f.position)
        FROM pg_catalog.unnest(form) WITH ORDINALITY AS f (value, position));
END
$function$;

COMMENT ON FUNCTION pgembed.indexed_form(real[], text) IS
    'A query vector in the form that a store with tiers indexes, as text: values of a vector or halfvec, or bits. Errors: '
    'PE040 no such codec, PE042 a query of another length, or the zero vector under cosine.';

CREATE OR REPLACE FUNCTION pgembed.inner_product(a real[], b real[])
RETURNS double precision
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    SELECT :"vector_schema".inner_product(a:::"vector_schema".vector, b:::"vector_schema".vector);
END;

COMMENT ON FUNCTION pgembed.inner_product(real[], real[]) IS
    'The inner product of two arrays of one length, by pgvector, wherever that is.';

CREATE OR REPLACE FUNCTION pgembed.map_values(codec_id integer, for_query boolean, "values" real[])
RETURNS real[]
LANGUAGE sql STABLE STRICT PARALLEL SAFE
BEGIN ATOMIC
    -- OFFSET keeps the array from being made a vector once for each row.
    SELECT coalesce(
        (SELECT array_agg(:"vector_schema".inner_product(w.weights, v.vector)::real ORDER BY w.position)
        FROM pgembed.codec_weights w,
            (SELECT map_values."values":::"vector_schema".vector AS vector OFFSET 0) v
        WHERE w.codec_id = map_values.codec_id AND w.for_query = map_values.for_query),
        map_values."values");
END;

COMMENT ON FUNCTION pgembed.map_values(integer, boolean, real[]) IS
    'Maps a query to the coded side of a codec, or what a code stands for back; the values as they are where the codec has no '
    'transforms.';

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

-- The server's planner is asked how it would give the nearest vectors under the condition: it proves a partial index's
-- condition and prunes partitions by itself, so nothing of the kind is worked out here. It is asked under the settings of a
-- search by the index. The query vector in that question is a value that it does not know, since no plan depends on it.
CREATE OR REPLACE FUNCTION pgembed.narrow_search(
    collection text,
    parts jsonb,
    filter text,
    marker text DEFAULT NULL,
    "values" text[] DEFAULT NULL,
    types regtype[] DEFAULT NULL,
    OUT means text,
    OUT part text,
    OUT rows double precision,
    OUT vectors double precision,
    OUT graphs integer)
LANGUAGE plpgsql
SET enable_sort = off
SET jit = off
AS $function$
DECLARE
    condition text;
    estimated text;
    plan      jsonb;
    leaves    integer;
BEGIN
    -- Only carried columns have partial indexes of ours; key columns have partitions.
    SELECT pg_catalog.count(*) INTO leaves
    FROM pg_catalog.pg_partition_tree((parts ->> 'store')::pg_catalog.regclass) t WHERE t.isleaf;
    IF leaves <= 1 AND NOT EXISTS (
        SELECT FROM pg_catalog.pg_index i
        WHERE i.indrelid = (parts ->> 'store')::pg_catalog.regclass AND i.indpred IS NOT NULL AND i.indisvalid) THEN
        RETURN;
    END IF;
    condition := (SELECT c.condition FROM pgembed.carried_condition(collection, filter, marker, types) c);
    IF condition IS NULL THEN
        RETURN;
    END IF;
    -- As constants: a text that is cast is none to the server where the cast depends on settings, as a date's does.
    estimated := CASE WHEN pg_catalog.cardinality("values") > 0 THEN pgembed.bind_filter(condition, marker, "values", types)
        ELSE condition END;
    FOR n IN 1 .. coalesce(pg_catalog.cardinality("values"), 0) LOOP
        condition := pg_catalog.replace(condition, marker || n || '$', '$' || n + 1);
    END LOOP;

    -- What a filter says of keys alone chooses no partial index.
    IF leaves > 1 OR condition ~ '\mcarried_' THEN
        part := pg_catalog.format('(SELECT * FROM %s WHERE %s) AS _pgembed_part', parts ->> 'store', condition);
    END IF;
    FOR plan IN EXECUTE pg_catalog.format(
        'EXPLAIN (FORMAT JSON) SELECT FROM %s WHERE %s ORDER BY embedding %s LIMIT 100',
        parts ->> 'store', estimated,
        pg_catalog.replace(
            parts ->> 'distance', '$1::', 'pg_catalog.current_setting(''pgembed.query_vector'', true)::'))
    LOOP
        EXIT;
    END LOOP;
    -- Of what it would scan: the vectors in HNSW indexes, and the rows of partitions without one.
    SELECT pg_catalog.sum(CASE WHEN m.amname = 'hnsw' THEN r.reltuples ELSE (node ->> 'Plan Rows')::double precision END),
        pg_catalog.count(*),
        CASE WHEN pg_catalog.bool_or(m.amname = 'hnsw' AND i.indpred IS NOT NULL) THEN 'partial index'
            WHEN pg_catalog.bool_and(coalesce(m.amname = 'hnsw', false)) AND pg_catalog.count(*) < leaves THEN 'partition' END
    INTO vectors, graphs, means
    FROM pg_catalog.jsonb_path_query(plan, 'strict $.** ? (exists (@."Relation Name"))') AS node
        LEFT JOIN pg_catalog.pg_class r
            ON r.relname = node ->> 'Index Name' AND r.relnamespace = 'pgembed_store'::pg_catalog.regnamespace
        LEFT JOIN pg_catalog.pg_am m ON m.oid = r.relam
        LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = r.oid;
    IF means IS NULL THEN
        RETURN;
    END IF;
    rows := greatest(1, pgembed.estimate_rows(
        pg_catalog.format('SELECT FROM %s WHERE %s', parts ->> 'store', estimated)));
    vectors := greatest(vectors, rows);
END
$function$;

COMMENT ON FUNCTION pgembed.narrow_search(text, jsonb, text, text, text[], regtype[]) IS
    'The part of a collection''s store that alone can have the rows that pass a filter, where a partial index or partitions '
    'hold it (means; null where none do): as a FROM item (there, too, where other values could have one hold it), the rows in it, the vectors in the indexes that the server would '
    'walk, and how many indexes. The rest as pgembed.plan_search has it. Rows and vectors are estimates; nothing is run.';

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

-- A neighbourhood is that among all vectors, whatever filter a search has: so a row is as relevant to a query under one
-- filter as under another. It takes as many candidates as there are to be neighbours: what the index misses of them moves
-- the mean by less than a hundredth of the deviation, and more candidates cost as much as a small search. The scan goes on
-- where rows have been deleted since the last VACUUM, so that there are as many neighbours all the same.
CREATE OR REPLACE FUNCTION pgembed.neighborhood_parts(
    collection text,
    neighbors integer,
    OUT store_id integer,
    OUT space_id uuid,
    OUT settings jsonb,
    OUT statement text)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    parts  record;
    ranked integer;
BEGIN
    IF neighbors IS NULL OR neighbors < 2 OR neighbors > 1000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE033',
            MESSAGE = pg_catalog.format('Expected 2 to 1000 neighbors, got %s.', coalesce(neighbors::text, 'null'));
    END IF;
    SELECT * INTO parts FROM pgembed.search_parts(collection);
    store_id := parts.store_id;
    space_id := parts.space_id;
    -- By their codes where the store has tiers, out of as many candidates as a search for so many rows has.
    ranked := neighbors + greatest(0, coalesce(parts.candidates, 10) - 10) * pg_catalog.sqrt(neighbors / 10.0);
    settings := pg_catalog.jsonb_build_object(
        'jit', 'off', 'hnsw.ef_search', least(1000, ranked)::text, 'hnsw.iterative_scan', 'relaxed_order');
    IF parts.codec IS NULL THEN
        statement := pg_catalog.format('SELECT embedding %1$s AS distance FROM %2$s ORDER BY embedding %1$s LIMIT %3$s',
            parts.distance, parts.store, neighbors);
    ELSE
        statement := pg_catalog.format(
            $sql$SELECT distance
      FROM pg_catalog.unnest(pgembed.distances(
          ARRAY(SELECT rescoring FROM %1$s ORDER BY embedding %2$s LIMIT %3$s),
          ROW(%4$L::uuid, $1)::pgembed.space_vector, %5$L)) AS distance
      ORDER BY distance LIMIT %6$s$sql$,
            parts.store, parts.by_vector, ranked, parts.space_id, parts.codec, neighbors);
    END IF;
    statement := pg_catalog.format(
        $sql$SELECT pg_catalog.avg(distance), pg_catalog.stddev_pop(distance)
FROM (%s) AS near$sql$, statement);
END
$function$;

COMMENT ON FUNCTION pgembed.neighborhood_parts(text, integer) IS
    'The statement ($1 the query vector) that gives mean and standard deviation of the distances of so many vectors that are '
    'nearest to a query, null where there are none; the settings it needs; and the store that it reads. Errors: as '
    'pgembed.search_parts; PE033 the number is out of its range.';

-- Chooses how the text leg of a hybrid search is run; the vector leg is the collection's search and planned by it. The text's
-- scores are in rare words: a word that one text alone has, as often as can be, gives 1.
CREATE OR REPLACE FUNCTION pgembed.plan_hybrid(
    collection text,
    query_text text,
    k integer,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}',
    OUT space_id uuid,
    OUT fusion text,
    OUT text_weight double precision,
    OUT terms text[],
    OUT weights double precision[],
    OUT statement text)
LANGUAGE plpgsql
AS $function$
DECLARE
    select_rows constant integer := 5000;     -- texts that rare words are to select
    more_rows   constant integer := 50000;    -- and that words are to select at all, where there are rarer ones
    few_rows    constant integer := 2500;     -- rows that pass, from which on texts are looked up one by one
    parts   jsonb;
    weighed record;
    few     boolean := false;
BEGIN
    fusion := coalesce(options ->> 'fusion', 'weighted');
    IF fusion NOT IN ('weighted', 'rrf') THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = pg_catalog.format('Expected fusion ''weighted'' or ''rrf'', got %L.', fusion);
    END IF;
    text_weight := (options ->> 'text_weight')::double precision;
    IF NOT coalesce(text_weight BETWEEN 0 AND 1, true) THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = pg_catalog.format('Expected text_weight from 0 to 1, got %s.', text_weight);
    END IF;
    IF options ->> 'min_relevance' IS NOT NULL OR options ->> 'max_distance' IS NOT NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'PE032',
            MESSAGE = 'Expected no min_relevance and no max_distance, got one: rows are found by their words too.',
            HINT = 'Use pgembed.search, or cut by the score.';
    END IF;
    IF k IS NULL OR k < 1 OR k > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to 10000, got %s.', coalesce(k::text, 'null'));
    END IF;
    SELECT pg_catalog.to_jsonb(p), p.space_id INTO parts, space_id FROM pgembed.hybrid_parts(collection) p;

    -- Terms rarest first; each with how many texts it and the rarer ones select at most. The first that is in a text at
    -- all always selects, however many.
    SELECT pg_catalog.array_agg(pgembed.term_query(w.term) ORDER BY w.rank) AS queries,
        pg_catalog.array_agg(w.weight / pg_catalog.ln(w.texts + 1) ORDER BY w.rank) AS weights,
        pg_catalog.string_agg(pgembed.term_query(w.term), ' | ' ORDER BY w.rank)
            FILTER (WHERE w.total = w.documents OR w.total <= select_rows) AS selecting,
        pg_catalog.string_agg(pgembed.term_query(w.term), ' | ' ORDER BY w.rank)
            FILTER (WHERE w.total = w.documents OR w.total <= more_rows) AS more,
        pg_catalog.sum(w.weight / pg_catalog.ln(w.texts + 1))
            FILTER (WHERE w.total > w.documents AND w.total > select_rows AND w.total <= more_rows) AS spare,
        pg_catalog.max(w.average_length) AS average_length
    INTO weighed
    FROM (SELECT *, pg_catalog.row_number() OVER (ORDER BY t.documents, t.term COLLATE "C") AS rank,
              pg_catalog.sum(t.documents) OVER (ORDER BY t.documents, t.term COLLATE "C") AS total
          FROM pgembed.weigh_terms(collection, coalesce(query_text, '')) t) w;
    terms := CASE
        WHEN weighed.queries IS NULL THEN '{}'
        ELSE ARRAY[weighed.selecting, weighed.more] || weighed.queries
    END;
    weights := coalesce(weighed.weights, '{}');
    text_weight := coalesce(text_weight,
        (SELECT f.text_weight
         FROM pgembed.fusion f JOIN pgembed.collection c USING (collection_id)
         WHERE plan_hybrid.fusion = 'weighted' AND c.name = plan_hybrid.collection AND f.space_id = plan_hybrid.space_id),
        CASE fusion WHEN 'rrf' THEN 0.5 ELSE 0.35 END);
    IF filter IS NOT NULL AND weighed.queries IS NOT NULL THEN
        few := pgembed.estimate_rows(pg_catalog.format(E'SELECT FROM %s AS %s WHERE (\n%s\n)',
            parts ->> 'source', parts ->> 'source_name', filter)) <= few_rows;
    END IF;
    statement := pgembed.hybrid_statement(
        parts || pg_catalog.jsonb_build_object('norm', pg_catalog.format(
            '1.2 * (0.25 + 0.75 * pg_catalog.length(lexemes) / %s::double precision)', greatest(1, weighed.average_length))),
        k, greatest(k, 100), filter, pg_catalog.cardinality(weights), weighed.spare,
        CASE WHEN few THEN 4 * few_rows END, fusion, text_weight);
END
$function$;

COMMENT ON FUNCTION pgembed.plan_hybrid(text, text, integer, text, jsonb) IS
    'How a hybrid search is run: how its legs are fused, the query''s terms and their weights, and the statement. Options: '
    'fusion (weighted or rrf), text_weight (0 to 1), and those of pgembed.search. Errors: as pgembed.text_index_parts and '
    'pgembed.serving_store; PE020 k, PE032 an option out of its range.';

-- Chooses how a search is run, for psql and for the client alike. A plan is a list of steps (pgembed.search_statement),
-- run one after another until one has found enough: at least `least` rows, at most `most`. A step with `worth` is passed
-- over where the step before found fewer rows. The last step ranks all rows that pass and always is enough; so whatever
-- was estimated, min(k, matching) rows come back, and all of them from one statement, which sees one snapshot.
--
-- Costs are in rows of a full ranking, where ranking one row costs 1 (about 4 us): fitted to what tools/bench filter shows
-- of its fixed plans, 0.4 ms for the way into the index and 0.03 ms for each vector that it gives. From that follows:
-- - A filter of few rows is ranked at once. It is counted up to a bound on the way, should the estimate be far too low:
--   columns that hang together, JSON, arrays, a table never analyzed.
-- - Else the index is asked, with ef_search well above k: what an index search misses, it misses at its edge, and now and
--   then by a lot. The asked recall says among how many rows that pass the k are to be found. Where the index has so many in
--   one batch of ef_search vectors (that is the cheapest by far), it stops at k of them, since a batch is
--   sorted. Else it scans on until it has them all.
-- - Whether a filter goes with or against the query's neighbourhood, no statistics tell; how many of the nearest vectors
--   pass does. A filter that goes against it makes the index slow and its answers wrong (few of the graph's edges lead
--   there). So a step by the index ends where it would have had enough rows even if those that pass were a quarter as dense
--   about the query as they are in all (half, where it scans on); and where that costs more than a quarter of the ranking,
--   a probe of the nearest 50 to 200 vectors comes before, and the index is passed over where hardly any of them pass.
--
-- Where the store has tiers, all this is about the candidates that are found by the indexed form and ranked by their codes:
-- more of them than k, as many as the recall asks for.
--
-- Where a partial index or a few partitions alone can have the rows that pass (pgembed.narrow_search), the steps look only
-- there, but for the last and for one that counts: a carried value may be older than the row it was copied from. So what is
-- found there is held against the filter itself, and where it is not enough, steps decide that don't go by it.
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
    OUT store_id integer,
    OUT steps jsonb)
LANGUAGE plpgsql
-- Compiling the look at the catalog takes up to a hundred times what running it takes.
SET jit = off
AS $function$
DECLARE
    tuple_cost constant double precision := 8;      -- a vector that the index gives
    scan_cost  constant double precision := 100;    -- the way into the index
    few_rows   constant integer := 1000;            -- more are worth ranking in parallel
    caution    constant double precision := 1.25;   -- by so much must the index be cheaper, since it may come back short
    parts      jsonb;
    asked      jsonb;                 -- parts, for who asks with the query vector itself
    ranked     integer := k;          -- rows that the steps are to give
    estimated  text := filter;
    ran        text := filter;
    recall     double precision := coalesce((options ->> 'recall')::double precision, 0.95);
    ef_search  integer := (options ->> 'ef_search')::integer;
    tuned      integer := CASE WHEN options ->> 'recall' IS NULL THEN pgembed.tuned_ef_search(collection, k) END;
    batch      integer;               -- ef_search without a filter that calls for more
    spare      double precision;
    density    double precision;
    wanted     integer;               -- rows that the index is to find
    expected   double precision;      -- vectors among which so many pass
    given      double precision;      -- vectors that the index gives until then
    near       boolean := false;
    reach      integer;
    probed     integer;               -- vectors that a probe looks at
    costs      double precision;
    narrow     record;
    way        double precision;      -- the cost of the way through the index to what is expected to be enough
BEGIN
    IF k IS NULL OR k < 1 OR k > 10000 THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to 10000, got %s.', coalesce(k::text, 'null'));
    END IF;
    PERFORM pgembed.check_search_options(options);
    SELECT pg_catalog.to_jsonb(p), p.space_id, p.store_id INTO parts, space_id, store_id
    FROM pgembed.search_parts(collection) p;
    asked := CASE WHEN marker IS NULL THEN parts || pg_catalog.jsonb_build_object('distance', parts ->> 'by_vector') ELSE parts END;

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

    -- 2 at a recall of 0.95, 5 at 0.99.
    spare := 2 * pg_catalog.power(0.05 / greatest(1 - recall, 0.0001), 0.6);
    IF parts ->> 'candidates' IS NOT NULL THEN
        -- What a form misplaces is at the edge of the k, which grows slower than k.
        ranked := pg_catalog.ceil(k + greatest(0, (parts ->> 'candidates')::integer - 10) * pg_catalog.sqrt(k / 10.0) * spare / 2);
        IF (options ->> 'exact')::boolean OR recall > 0.9999 THEN
            ranked := greatest(ranked, 10000);
        END IF;
    END IF;
    IF filter IS NOT NULL AND (options ->> 'exact')::boolean IS DISTINCT FROM true THEN
        SELECT * INTO narrow FROM pgembed.narrow_search(collection, parts, filter, marker, "values", types);
    ELSE
        SELECT NULL::text AS means, NULL::text AS part, NULL::double precision AS rows, NULL::double precision AS vectors,
            NULL::integer AS graphs INTO narrow;
    END IF;
    density := least(1, greatest(1, matching_rows) / greatest(1, coalesce(narrow.rows, stored_rows)));
    wanted := ranked + pg_catalog.ceil(greatest(15 * spare, spare * ranked / 2))::integer;
    expected := wanted / density;
    -- Past the vectors, too, that what the filter says of the store excludes.
    given := expected * coalesce(narrow.vectors / narrow.rows, 1);
    batch := least(1000, coalesce(ef_search, tuned, pg_catalog.ceil(spare * greatest(220, ranked))));
    ef_search := coalesce(ef_search, least(1000, greatest(
        batch, CASE WHEN filter IS NOT NULL THEN pg_catalog.ceil(given) END,
        CASE WHEN density < 0.9 AND tuned IS NULL THEN pg_catalog.ceil(250 * spare) END)));
    -- The index gives them in batches of ef_search; each index is walked from its own entry.
    way := coalesce(narrow.graphs, 1) * (scan_cost + tuple_cost * ef_search * pg_catalog.ceil(given / ef_search));
    IF given <= ef_search OR (filter IS NULL AND ef_search >= spare * ranked) THEN
        -- In one batch, sorted: more rows than these would be no other ones. If they don't come within four times the vectors that
        -- the density promises, the filter goes against the query.
        wanted := ranked;
        reach := least(ef_search, pg_catalog.ceil(4 * ranked / density));
    ELSE
        reach := least(2000000000, pg_catalog.ceil(2 * expected));
    END IF;

    plan := 'exact';
    steps := '[]';
    IF (options ->> 'exact')::boolean OR recall > 0.9999 THEN
        reason := 'an exact search was asked for';
    ELSIF NOT (parts ->> 'indexed')::boolean AND narrow.means IS NULL THEN
        reason := 'no index serves the collection';
    ELSIF stored_rows <= scan_cost + tuple_cost * batch THEN
        reason := 'ranking every row costs no more than the way through the index';
    ELSIF filter IS NULL THEN
        plan := 'index';
        reason := 'there is no filter';
        near := true;
        reach := greatest(4 * wanted, ef_search);
    ELSIF narrow.means = 'partition' AND narrow.rows <= way THEN
        reason := 'the partitions that can have the rows that pass have few: they are ranked';
        steps := steps || pg_catalog.jsonb_build_object('step', 'within', 'least', ranked);
    ELSIF matching_rows <= few_rows THEN
        reason := 'ranking the few rows that pass costs no more than the way through the index';
        steps := steps || pg_catalog.jsonb_build_object('step', 'few', 'bound', 4 * few_rows, 'most', 4 * few_rows);
        -- Only where there are far more than was thought.
        near := true;
        reach := greatest(1000, 4 * wanted);
    ELSIF matching_rows <= way * (CASE WHEN narrow.means IS NULL THEN caution ELSE 1 END) THEN
        reason := 'ranking the rows that pass costs no more than the way through the index';
    ELSE
        reason := 'many rows pass: the index is asked first';
        near := true;
        costs := scan_cost + tuple_cost * greatest(ef_search, reach);
        plan := coalesce(narrow.means, CASE WHEN expected <= ef_search THEN 'index' ELSE 'iterative index' END);
        IF narrow.means IS NOT NULL THEN
            reason := pg_catalog.format('a %s has the rows that can pass: it is asked first', narrow.means);
        END IF;
        IF costs > matching_rows / 4 THEN
            -- It only looks: `least` is more than it can find. In so many, six pass where the filter is independent.
            probed := least(200, greatest(50, pg_catalog.ceil(6 / density)));
            steps := steps || pg_catalog.jsonb_build_object(
                'step', 'probe', 'bound', probed, 'wanted', probed, 'least', probed + 1);
        END IF;
    END IF;
    IF near THEN
        steps := steps || pg_catalog.jsonb_build_object(
            'step', 'near', 'bound', reach, 'wanted', wanted, 'least', wanted,
            'worth', CASE WHEN steps -> 0 ->> 'step' = 'probe' THEN greatest(1, pg_catalog.floor(probed * density / 3)) END);
    END IF;
    steps := steps || pg_catalog.jsonb_build_object('step', 'every');

    steps := (
        SELECT pg_catalog.jsonb_agg(pg_catalog.jsonb_strip_nulls(s.step)
            || CASE WHEN narrow.part IS NOT NULL AND pg_catalog.cardinality("values") > 0 THEN '{"by_value": true}'::jsonb
                ELSE '{}' END
            || pg_catalog.jsonb_build_object(
                'settings',
                CASE s.step ->> 'step'
                    WHEN 'every' THEN '{"jit": "off", "enable_sort": "on"}'::jsonb
                    WHEN 'few' THEN '{"jit": "off", "enable_sort": "on"}'::jsonb
                    WHEN 'within' THEN '{"jit": "off", "enable_sort": "on"}'::jsonb
                    ELSE pg_catalog.jsonb_build_object(
                        'jit', 'off',
                        'enable_sort', 'off',
                        'hnsw.ef_search',
                        CASE s.step ->> 'step' WHEN 'probe' THEN least(ef_search, probed) ELSE ef_search END::text,
                        -- Within one batch nothing need be kept for a next one, which makes it a tenth cheaper.
                        'hnsw.iterative_scan',
                        CASE WHEN (s.step ->> 'bound')::integer <= ef_search THEN 'off' ELSE 'relaxed_order' END,
                        -- The step's own bound is what ends it.
                        'hnsw.max_scan_tuples', greatest(20000, least(2000000000,
                            50 * (s.step ->> 'bound')::bigint * coalesce(narrow.vectors / narrow.rows, 1)))::bigint::text,
                        'hnsw.scan_mem_multiplier', CASE WHEN (s.step ->> 'bound')::integer <= 500 THEN '2' ELSE '16' END)
                END
                -- The server must know a value to see that a partial index or partition has all that it can be in.
                || CASE WHEN narrow.means IS NULL THEN '{}' ELSE '{"plan_cache_mode": "force_custom_plan"}'::jsonb END,
                'statement',
                pgembed.search_statement(
                    CASE WHEN narrow.means IS NULL OR s.step ->> 'step' IN ('few', 'every') THEN asked
                        ELSE asked || pg_catalog.jsonb_build_object('store', narrow.part) END,
                    s.step ->> 'step', CASE s.step ->> 'step' WHEN 'probe' THEN 1 ELSE ranked END, ran, columns,
                    (s.step ->> 'bound')::integer, (s.step ->> 'wanted')::integer))
            ORDER BY s.position)
        FROM pg_catalog.jsonb_array_elements(steps) WITH ORDINALITY AS s (step, position));
END
$function$;

COMMENT ON FUNCTION pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[]) IS
    'How a search for the k rows nearest to a query is run: the plan (exact, index, iterative index, partial index, '
    'partition) and why, how many rows '
    'the server expects to pass the filter, of how many, the space that the query vector must be of, and the steps, a JSON '
    'array: each a statement ($1 the query vector; with a marker, where the store has tiers, its indexed form), the settings '
    'it needs, and when it is enough (rows found at least '
    '`least`, at most `most`); the last always is. by_value: for other values, other partial indexes or partitions may serve; '
    'the plan is right for them, and slower. The filter is a condition in SQL over the source table; its values may '
    'stand as marker, number, $ and come as texts with their types: then $2, $3 are theirs. Columns: what of the row is '
    'returned, a null among them for a hash of the key; null for the key as texts. Options: as pgembed.search. Nothing is '
    'run but EXPLAIN. Errors: PE020 k out of its range; PE021 an option; as pgembed.serving_store; as the server''s, where '
    'it can''t run the filter.';

-- The settings end with the subtransaction, which is always rolled back.
CREATE OR REPLACE FUNCTION pgembed.query_neighborhood(
    collection text,
    query pgembed.space_vector,
    neighbors integer DEFAULT 40,
    OUT mean double precision,
    OUT deviation double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    parts record;
BEGIN
    SELECT * INTO parts FROM pgembed.neighborhood_parts(collection, neighbors);
    PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(parts.settings) s;
    EXECUTE parts.statement INTO mean, deviation USING pgembed.in_space(query, parts.space_id);
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'All is known.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.query_neighborhood(text, pgembed.space_vector, integer) IS
    'Mean and standard deviation of the distances of so many vectors that are nearest to the query, of whatever rows; null '
    'where there are none. Errors: as pgembed.serving_store; PE001 a vector of another space; 22004 no vector; PE033 the '
    'number is out of its range.';

-- Relevance is logistic(intercept - nearness * d + distinctness * (mean - d) / deviation), with the mean and deviation of the
-- query's neighbourhood: for one query, a straight line in the distance. Where all neighbours are as far, what stands out of
-- them is not known, and the distance alone counts.
CREATE OR REPLACE FUNCTION pgembed.query_relevance(
    collection text,
    query pgembed.space_vector,
    OUT intercept double precision,
    OUT slope double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    fitted record;
BEGIN
    SELECT f.* INTO fitted
    FROM pgembed.serving_store(collection) s CROSS JOIN LATERAL pgembed.fitted_relevance(collection, s.space_id) f;
    SELECT fitted.intercept + CASE WHEN n.deviation > 1e-6 THEN fitted.distinctness * n.mean / n.deviation ELSE 0 END,
        fitted.nearness + CASE WHEN n.deviation > 1e-6 THEN fitted.distinctness / n.deviation ELSE 0 END
    INTO intercept, slope
    FROM pgembed.query_neighborhood(collection, query, fitted.neighbors) n;
END
$function$;

COMMENT ON FUNCTION pgembed.query_relevance(text, pgembed.space_vector) IS
    'What relevance a distance stands for, for one query: 1 / (1 + exp(slope * distance - intercept)). Errors: as '
    'pgembed.query_neighborhood; PE034 relevance was not fitted.';

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
    max_distance double precision;
    planned      record;
    step         jsonb;
    result       record;
    found_rows   bigint := 0;
    keys         text[];
    distances    double precision[];
    codec        text;      -- by whose codes candidates are ranked; null where the statement has ranked rows
    codes        bytea[];
    places       bigint[];
BEGIN
    PERFORM pg_catalog.set_config('transaction_read_only', 'on', true);
    options := pgembed.with_distance_limit(collection, query, options);
    SELECT * INTO planned FROM pgembed.plan_search(collection, k, filter, options => options);
    PERFORM pgembed.in_space(query, planned.space_id);
    SELECT s.codec INTO codec FROM pgembed.store s WHERE s.store_id = planned.store_id AND s.index_codec IS NOT NULL;
    max_distance := coalesce((options ->> 'max_distance')::double precision, 'NaN');
    FOR step IN SELECT s.value FROM pg_catalog.jsonb_array_elements(planned.steps) s LOOP
        CONTINUE WHEN found_rows < (step ->> 'worth')::bigint;
        PERFORM pg_catalog.set_config(s.key, s.value, true) FROM pg_catalog.jsonb_each_text(step -> 'settings') s;
        found_rows := 0;
        keys := '{}';
        distances := '{}';
        codes := '{}';
        places := '{}';
        FOR result IN EXECUTE step ->> 'statement' USING (query).embedding LOOP
            found_rows := result._pgembed_found;
            EXIT WHEN result._pgembed_distance IS NULL;
            keys := keys || result.key::text;
            IF codec IS NULL THEN
                distances := distances || result._pgembed_distance;
            ELSE
                codes := codes || result._pgembed_code;
                places := places || result._pgembed_place;
            END IF;
        END LOOP;
        IF codec IS NOT NULL THEN
            SELECT coalesce(pg_catalog.array_agg(r.key ORDER BY r.distance, r.place), '{}'),
                coalesce(pg_catalog.array_agg(r.distance ORDER BY r.distance, r.place), '{}')
            INTO keys, distances
            FROM (SELECT u.key, u.place, u.distance
                  FROM ROWS FROM (
                      pg_catalog.unnest(keys), pg_catalog.unnest(places),
                      pg_catalog.unnest(pgembed.distances(codes, query, codec))) AS u (key, place, distance)
                  ORDER BY u.distance, u.place
                  LIMIT k) AS r;
        END IF;
        -- A row beyond the threshold shows that those within it have been seen.
        EXIT WHEN (found_rows <= (step ->> 'most')::bigint) IS NOT FALSE
            AND ((found_rows >= (step ->> 'least')::bigint) IS NOT FALSE
                OR (distances[pg_catalog.cardinality(distances)] > max_distance) IS TRUE);
    END LOOP;
    RETURN QUERY
        SELECT r.key::text[], r.distance
        FROM ROWS FROM (pg_catalog.unnest(keys), pg_catalog.unnest(distances)) WITH ORDINALITY AS r (key, distance, position)
        WHERE r.distance <= max_distance
        ORDER BY r.position;
    RAISE EXCEPTION USING ERRCODE = 'PEEND', MESSAGE = 'The search is done.';
EXCEPTION
    WHEN SQLSTATE 'PEEND' THEN
        NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.search(text, pgembed.space_vector, integer, text, jsonb) IS
    'The min(k, rows that match) rows of the collection nearest to the query among those that pass the filter, nearest '
    'first, ties by key: each row''s key columns as texts, and its distance. The filter is a condition in SQL over the '
    'source table''s columns, run read-only and with the caller''s rights; values in it are the caller''s to quote. '
    'Options, a JSON object: max_distance (no row farther than this), min_relevance (no row of less relevance, 0 to 1, as '
    'pgembed.fit_relevance or judged queries have fitted it), recall (how many of the truly nearest are to be '
    'found, 0.95), ef_search (pgvector''s, instead of what follows from the recall), exact (true: rank all that pass). '
    'Errors: as pgembed.plan_search and pgembed.with_distance_limit; PE001 a vector of another space; 22004 no vector.';

-- A page is what is nearest among the rows that no page before has shown. A continuation therefore holds a hash of each row
-- that was shown, not the distance of the last one: an index search for more rows may find nearer ones that the search for
-- fewer has missed, and beyond a distance they would never be shown. Rows that were updated are not shown twice, and rows
-- that were deleted move none out of sight. In bytes: version (1), which search it continues (8), a check sum (8), then the
-- hashes of the keys (8 each); in base64url.
CREATE OR REPLACE FUNCTION pgembed.search_page(
    collection text,
    query pgembed.space_vector,
    k integer DEFAULT 10,
    continuation text DEFAULT NULL,
    filter text DEFAULT NULL,
    options jsonb DEFAULT '{}')
RETURNS TABLE (key text[], distance double precision, next_continuation text)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    most     constant integer := 10000;
    asked    bytea := pg_catalog.substr(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.jsonb_build_array(
        collection, (query).space_id, (query).embedding::text, filter, options - '{ef_search,exact,recall}'::text[])::text,
        'UTF8')), 1, 8);
    token    bytea;
    shown    bytea := '';
    in_all   integer;
    typed    text;
BEGIN
    IF k IS NULL OR k < 1 OR k > most THEN
        RAISE EXCEPTION USING ERRCODE = 'PE020',
            MESSAGE = pg_catalog.format('Expected k from 1 to %s, got %s.', most, coalesce(k::text, 'null'));
    END IF;
    IF continuation IS NOT NULL THEN
        BEGIN
            token := pg_catalog.decode(pg_catalog.translate(continuation, '-_', '+/')
                || pg_catalog.repeat('=', (4 - pg_catalog.length(continuation) % 4) % 4), 'base64');
        EXCEPTION
            WHEN invalid_parameter_value THEN
                NULL;
        END;
        shown := pg_catalog.substr(token, 18);
        IF token IS NULL OR pg_catalog.length(shown) < 8 OR pg_catalog.length(shown) % 8 > 0
            OR pg_catalog.get_byte(token, 0) <> 1
            OR pg_catalog.substr(token, 10, 8)
                <> pg_catalog.substr(pg_catalog.sha256(pg_catalog.substr(token, 2, 8) || shown), 1, 8)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'PE022',
                MESSAGE = 'Expected a continuation as the page before has given it, got one that is damaged.',
                HINT = 'Give it whole and unchanged, or none for the first page.';
        END IF;
        IF pg_catalog.substr(token, 2, 8) <> asked THEN
            RAISE EXCEPTION USING ERRCODE = 'PE022',
                MESSAGE = 'Expected a continuation of this search, got one of another.',
                HINT = 'Collection, query, filter and thresholds must be those of the page before.';
        END IF;
    END IF;
    in_all := pg_catalog.length(shown) / 8 + k;
    IF in_all > most THEN
        RAISE EXCEPTION USING ERRCODE = 'PE022',
            MESSAGE = pg_catalog.format('Expected at most %s rows on all pages, got %s with this one.', most, in_all),
            HINT = 'Narrow the search by a filter or max_distance.';
    END IF;

    -- A key is hashed by its values: what their texts are like is a setting of the session.
    SELECT pg_catalog.string_agg(
        pg_catalog.format('s.key[%s]::%s', n, pg_catalog.format_type(a.atttypid, a.atttypmod)), ', ' ORDER BY n)
    INTO typed
    FROM pgembed.serving_store(search_page.collection) v
        CROSS JOIN LATERAL pg_catalog.generate_subscripts(v.key_columns, 1) n
        JOIN pg_catalog.pg_attribute a ON a.attrelid = v.store AND a.attname = 'key_' || n;
    RETURN QUERY EXECUTE pg_catalog.format(
        $sql$WITH found AS (
    SELECT s.key, s.distance, s.position, pg_catalog.int8send(pg_catalog.hash_record_extended(ROW(%s), 0)) AS hash
    FROM ROWS FROM (pgembed.search($1, $2, $3, $4, $5)) WITH ORDINALITY AS s (key, distance, position)),
fresh AS (
    SELECT f.key, f.distance, f.hash, pg_catalog.row_number() OVER (ORDER BY f.position) AS position
    FROM found f
    WHERE f.hash NOT IN (
        SELECT pg_catalog.substr($6, 8 * n + 1, 8)
        FROM pg_catalog.generate_series(0, pg_catalog.length($6) / 8 - 1) n)),
further AS (
    SELECT $6 || pg_catalog.string_agg(f.hash, ''::bytea ORDER BY f.position) FILTER (WHERE f.position <= $7) AS hashes
    FROM fresh f
    HAVING pg_catalog.count(*) > $7 OR (SELECT pg_catalog.count(*) FROM found) = $8)
SELECT f.key, f.distance, (
        SELECT pg_catalog.translate(
            pg_catalog.encode(
                '\x01'::bytea || $9 || pg_catalog.substr(pg_catalog.sha256($9 || h.hashes), 1, 8) || h.hashes, 'base64'),
            E'+/=\n', '-_')
        FROM further h)
FROM fresh f
WHERE f.position <= $7
ORDER BY f.position$sql$,
        typed)
    -- One more than the page has, to see whether there is another.
    USING collection, query, least(in_all + 1, most), filter, options, shown, k, most, asked;
END
$function$;

COMMENT ON FUNCTION pgembed.search_page(text, pgembed.space_vector, integer, text, text, jsonb) IS
    'A page of k rows of a search, 10,000 rows at most on all pages: of the rows that pass the filter the k nearest that no '
    'page before has shown, nearest first, each with its key, its distance, and what to give as continuation for the next '
    'page, null where there is none. A row that passes from the first page to the last is shown exactly once, whatever is '
    'written meanwhile. Filter and options: as pgembed.search. Errors: as that; PE022 a continuation that is damaged or of '
    'another search, or more rows than that.';

-- The pieces of SQL that every search statement of a collection is put together from. The store's columns are renamed, so
-- that a filter's plain names can only mean the source table's. Keys are compared by the equality of the store's
-- unique index, named with its schema: an unqualified = on a type such as citext would be another operator under another
-- search path. A type of pg_catalog has it there, which saves looking.
CREATE OR REPLACE FUNCTION pgembed.search_parts(
    collection text,
    OUT source text,
    OUT source_name text,
    OUT store text,
    OUT store_id integer,
    OUT space_id uuid,
    OUT distance text,
    OUT store_keys text,
    OUT matching_keys text,
    OUT matching_join text,
    OUT keys text,
    OUT key_join text,
    OUT key_text text,
    OUT indexed boolean,
    OUT codec text,
    OUT index_codec text,
    OUT candidates integer,
    OUT by_vector text)
LANGUAGE plpgsql STABLE PARALLEL SAFE
AS $function$
DECLARE
    served     record;
    metric_sql text;
BEGIN
    SELECT s.store, s.space_id, s.metric, s.key_columns, c.source_schema, c.source_table, t.store_id
    INTO served
    FROM pgembed.serving_store(search_parts.collection) s
        JOIN pgembed.collection c ON c.name = search_parts.collection
        JOIN pgembed.store t ON t.collection_id = c.collection_id AND t.serving;
    source := pg_catalog.format('%I.%I', served.source_schema, served.source_table);
    source_name := pg_catalog.quote_ident(served.source_table);
    store := served.store::text;
    store_id := served.store_id;
    space_id := served.space_id;
    SELECT s.codec, s.index_codec, s.candidates INTO codec, index_codec, candidates
    FROM pgembed.store s WHERE s.store_id = served.store_id AND s.index_codec IS NOT NULL;

    -- Bits are compared by how many differ, whatever the space's metric; bit is the server's own type, not pgvector's.
    SELECT CASE
            WHEN t.typname = 'bit' THEN '<~>'
            WHEN served.metric = 'cosine' THEN '<=>'
            WHEN served.metric = 'l2' THEN '<->'
            WHEN served.metric = 'inner_product' THEN '<#>'
        END,
        CASE
            WHEN t.typname = 'bit' THEN pg_catalog.format('$1::pg_catalog.bit(%s)', a.atttypmod)
            ELSE pg_catalog.format('$1::%I.%I', n.nspname, t.typname)
        END
    INTO STRICT metric_sql, distance
    FROM pg_catalog.pg_attribute a
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
    WHERE a.attrelid = served.store AND a.attname = 'embedding';
    distance := pg_catalog.format('OPERATOR(%I.%s) %s', (
            SELECT n.nspname FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace
            WHERE e.extname = 'vector'), metric_sql, distance);
    -- The cast is within the subquery, so that it is made once and not for each row.
    by_vector := CASE
            WHEN index_codec IS NULL THEN distance
            ELSE pg_catalog.format('%s(SELECT pgembed.indexed_form($1, %L)::%s)',
                pg_catalog.split_part(distance, '$1::', 1), index_codec, pg_catalog.split_part(distance, '$1::', 2))
        END;

    SELECT pg_catalog.string_agg(pg_catalog.format('key_%s AS _pgembed_key_%1$s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(pg_catalog.format('_pgembed_key_%s', k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I AS _pgembed_key_%s', source_name, k.name, k.position), ', ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('key_%s OPERATOR(%s) _pgembed_key_%1$s', k.position, e.name), ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('_pgembed_key_%s OPERATOR(%s) %s.%I', k.position, e.name, source_name, k.name),
            ' AND ' ORDER BY k.position),
        pg_catalog.string_agg(
            pg_catalog.format('%s.%I::pg_catalog.text', source_name, k.name), ', ' ORDER BY k.position)
    INTO store_keys, keys, matching_keys, matching_join, key_join, key_text
    FROM pg_catalog.unnest(served.key_columns) WITH ORDINALITY AS k (name, position)
        JOIN pg_catalog.pg_attribute a ON a.attrelid = served.store AND a.attname = 'key_' || k.position
        JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
        CROSS JOIN LATERAL (
            SELECT CASE t.typnamespace
                WHEN 'pg_catalog'::regnamespace THEN 'pg_catalog.='
                ELSE (
                    SELECT pg_catalog.format('%I.%s', n.nspname, o.oprname)
                    FROM pg_catalog.pg_index i
                        JOIN pg_catalog.pg_opclass c
                            ON c.oid = i.indclass[pg_catalog.array_position(i.indkey::smallint[], a.attnum)]
                        JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amopstrategy = 3
                            AND e.amoplefttype = c.opcintype AND e.amoprighttype = c.opcintype
                        JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr
                        JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace
                    WHERE i.indrelid = served.store AND i.indisunique)
            END) AS e (name);

    -- An index serves the search only by the distance of the space's own metric.
    indexed := EXISTS (
        SELECT
        FROM pg_catalog.pg_index i
            JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid
            JOIN pg_catalog.pg_am m ON m.oid = r.relam AND m.amname = 'hnsw'
            JOIN pg_catalog.pg_opclass c ON c.oid = i.indclass[0]
            JOIN pg_catalog.pg_amop e ON e.amopfamily = c.opcfamily AND e.amoppurpose = 'o'
            JOIN pg_catalog.pg_operator o ON o.oid = e.amopopr AND o.oprname = metric_sql
        WHERE i.indrelid = served.store AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL);
END
$function$;

COMMENT ON FUNCTION pgembed.search_parts(text) IS
    'The pieces of SQL that a search of the collection is made of, and whether an HNSW index serves it. Where its store has '
    'tiers, the codec that ranks, the codec of the indexed form, which $1 of distance is to be in while that of by_vector '
    'is the query vector itself, and how many candidates are ranked for 10 rows. Errors: as pgembed.serving_store.';

-- The statement of one step of a search. Each is a plain statement that the server plans in a fraction of a millisecond
-- and gives min(k, rows it found) rows, nearest first, ties by key: the distance, the columns, and how many rows it found
-- in all, by which the caller knows whether it was enough. The steps:
--
-- near     by the index: of the nearest `bound` vectors the first `wanted` whose rows pass. Rows come nearest first from
--          the inner subquery, and the one with OFFSET 0 looks each up in the source and holds it against the filter; so
--          the index is left as soon as enough have passed. The step's settings make the server sort nothing if it can
--          help it, and only the HNSW index has vectors in order of distance.
-- probe    the same, to see how many of the nearest vectors pass.
-- few      all rows that pass, ranked, where they are no more than `bound`; else one row of nulls but for the number
--          found, so that no more than the keys of `bound` + 1 rows were read in vain.
-- within   all rows of a part of the store that pass, ranked. A row that moved there since its vector was written is missed,
--          so it is enough only where it finds as many as are wanted.
-- every    all rows that pass, ranked, however many. It does not count them, so that the server may do it in parallel.
--
-- Where the store has tiers, the distance is that of the indexed form, k is how many candidates are to be ranked, and their
-- codes come too, with their place in the order of keys, by which ties are broken. Who runs the statement ranks them.
--
-- A ranking orders by 0 + distance: no index is of that, so the server can't mistake it for a way through the HNSW index,
-- which would lose rows. LIMITs are literals: under a generic plan the server forsakes the index where a LIMIT is a
-- parameter.
-- The filter never stands over a JOIN: that hides the table's system columns, so that a plain ctid would not be found.
CREATE OR REPLACE FUNCTION pgembed.search_statement(
    parts jsonb, step text, k integer, filter text, columns text[], bound integer DEFAULT NULL,
    wanted integer DEFAULT NULL)
RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
AS $function$
DECLARE
    -- On lines of its own: a comment at the filter's end must not take the parenthesis with it.
    condition text := coalesce(E' AND (\n' || filter || E'\n)', '');
    selected  text := 'ARRAY[' || (parts ->> 'key_text') || '] AS key';
    names     text := 'key';
    rows_by_key text;
    stored   text := CASE WHEN parts ->> 'codec' IS NULL THEN '' ELSE ', rescoring AS _pgembed_code' END;
    coded    text := CASE WHEN parts ->> 'codec' IS NULL THEN '' ELSE ', _pgembed_code' END;
    placed   text := CASE WHEN parts ->> 'codec' IS NULL THEN '' ELSE pg_catalog.format(
        ', _pgembed_code, pg_catalog.row_number() OVER (ORDER BY %s) AS _pgembed_place', parts ->> 'keys') END;
BEGIN
    IF columns IS NOT NULL THEN
        -- A null among them is a hash of the key, by its values and not their texts, which a session's settings change.
        SELECT pg_catalog.string_agg(
                CASE
                    WHEN c.name IS NULL THEN
                        pg_catalog.format('pg_catalog.hash_record_extended(ROW(%s), 0) AS _pgembed_hash', parts ->> 'keys')
                    ELSE pg_catalog.format('%s.%I', parts ->> 'source_name', c.name)
                END,
                ', ' ORDER BY c.position),
            pg_catalog.string_agg(coalesce(pg_catalog.quote_ident(c.name), '_pgembed_hash'), ', ' ORDER BY c.position)
        INTO selected, names
        FROM pg_catalog.unnest(columns) WITH ORDINALITY AS c (name, position);
    END IF;
    rows_by_key := pg_catalog.format('%s AS %s', parts ->> 'source', parts ->> 'source_name');

    CASE step
    WHEN 'near', 'probe' THEN
        RETURN pg_catalog.format(
            $sql$SELECT _pgembed_distance, %1$s%13$s, pg_catalog.count(*) OVER () AS _pgembed_found
FROM (SELECT _pgembed_distance, %2$s, %1$s%14$s
      FROM (SELECT %3$s, embedding %4$s AS _pgembed_distance%15$s
            FROM %5$s
            ORDER BY embedding %4$s
            LIMIT %6$s) AS _pgembed_near
          CROSS JOIN LATERAL (SELECT %7$s FROM %8$s WHERE %9$s%10$s OFFSET 0) AS _pgembed_row
      LIMIT %11$s) AS _pgembed_passing
ORDER BY _pgembed_distance, %2$s
LIMIT %12$s$sql$,
            names, parts ->> 'keys', parts ->> 'store_keys', parts ->> 'distance', parts ->> 'store', bound, selected,
            rows_by_key, parts ->> 'key_join', condition, wanted, k, placed, coded, stored);
    WHEN 'few' THEN
        RETURN pg_catalog.format(
            $sql$WITH _pgembed_matching AS MATERIALIZED (
    SELECT %1$s
    FROM %2$s
    WHERE true%3$s
    LIMIT %4$s)
SELECT _pgembed_distance, %5$s%14$s, _pgembed_found
FROM (SELECT pg_catalog.count(*) AS _pgembed_found FROM _pgembed_matching) AS _pgembed_count
    LEFT JOIN LATERAL (
        SELECT _pgembed_distance, %6$s, %7$s%15$s
        FROM (SELECT _pgembed_distance, %6$s%15$s
              FROM _pgembed_matching
                  CROSS JOIN LATERAL (
                      SELECT 0 + (embedding %8$s) AS _pgembed_distance%16$s FROM %9$s WHERE %10$s OFFSET 0) AS _pgembed_vector
              WHERE _pgembed_found <= %11$s
              ORDER BY _pgembed_distance, %6$s
              LIMIT %12$s) AS _pgembed_nearest
            JOIN %2$s ON %13$s) AS _pgembed_row ON true
ORDER BY _pgembed_distance, %6$s$sql$,
            parts ->> 'matching_keys', rows_by_key, condition, bound + 1, names, parts ->> 'keys', selected,
            parts ->> 'distance', parts ->> 'store', parts ->> 'matching_join', bound, k, parts ->> 'key_join',
            placed, coded, stored);
    WHEN 'every', 'within' THEN
        RETURN pg_catalog.format(
            $sql$SELECT _pgembed_distance, %1$s%11$s, %10$s AS _pgembed_found
FROM (SELECT 0 + (_pgembed_embedding %2$s) AS _pgembed_distance, %3$s%12$s
      FROM (SELECT %4$s, embedding AS _pgembed_embedding%13$s FROM %5$s) AS _pgembed_store,
          %6$s
      WHERE %7$s%8$s
      ORDER BY _pgembed_distance, %3$s
      LIMIT %9$s) AS _pgembed_nearest
    JOIN %6$s ON %7$s
ORDER BY _pgembed_distance, %3$s$sql$,
            selected, parts ->> 'distance', parts ->> 'keys', parts ->> 'store_keys', parts ->> 'store', rows_by_key,
            parts ->> 'key_join', condition, k,
            CASE step WHEN 'within' THEN 'pg_catalog.count(*) OVER ()' ELSE 'NULL::bigint' END, placed, coded, stored);
    END CASE;
END
$function$;

COMMENT ON FUNCTION pgembed.search_statement(jsonb, text, integer, text, text[], integer, integer) IS
    'The statement of one step of a search (near, probe, within, few or every), out of a collection''s parts and the numbers of a plan. '
    '$1 is the query vector, or its indexed form. It gives the distance, the columns (or the key as texts), where the store has '
    'tiers the code and the place among the keys, and how many rows the step found.';

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

-- A row's lexemes are those of its text as it is in the source, where that is the text that the store has been given.
-- What is longer than 100,000 characters is cut: a tsvector takes one megabyte.
CREATE OR REPLACE FUNCTION pgembed.store_changed()
RETURNS trigger
LANGUAGE plpgsql
AS $function$
DECLARE
    parts record;
BEGIN
    SELECT p.* INTO parts
    FROM pgembed.collection c
        JOIN pgembed.text_index x USING (collection_id)
        CROSS JOIN LATERAL pgembed.text_index_parts(c.name) p
    WHERE c.collection_id = TG_ARGV[0]::integer;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;

    IF TG_OP = 'DELETE' THEN
        EXECUTE pg_catalog.format(
            'DELETE FROM %s t USING _pgembed_changed v WHERE %s AND NOT EXISTS ('
            'SELECT FROM %s s WHERE %s AND pg_catalog.sha256(pg_catalog.convert_to(%s, ''UTF8'')) = t.content_hash)',
            parts.index_table, parts.same_keys, parts.source, parts.source_join, parts.source_text);
        RETURN NULL;
    END IF;
    EXECUTE pg_catalog.format(
        $sql$INSERT INTO %1$s AS t (%2$s, content_hash, lexemes)
        SELECT %3$s, v.content_hash, pg_catalog.to_tsvector(%4$L, pg_catalog.left(%5$s, 100000))
        FROM _pgembed_changed v JOIN %6$s s ON %7$s
        WHERE v.chunk = 0
            AND pg_catalog.sha256(pg_catalog.convert_to(%5$s, 'UTF8')) = v.content_hash
            AND NOT EXISTS (SELECT FROM %1$s t WHERE %8$s AND t.content_hash = v.content_hash)
        ORDER BY %3$s
        ON CONFLICT (%2$s) DO UPDATE SET content_hash = excluded.content_hash, lexemes = excluded.lexemes
        WHERE t.content_hash <> excluded.content_hash$sql$,
        parts.index_table, parts.keys, parts.row_keys, parts.config, parts.source_text, parts.source,
        parts.source_join, parts.same_keys);
    RETURN NULL;
END
$function$;

COMMENT ON FUNCTION pgembed.store_changed() IS
    'Trigger of a store whose collection has a text index: keeps its rows'' lexemes in step, in the same transaction. Its '
    'argument is the collection''s number.';

CREATE OR REPLACE FUNCTION pgembed.term_query(term text)
RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $function$
    SELECT '''' || pg_catalog.replace(pg_catalog.replace(term, '\', '\\'), '''', '''''') || ''''
$function$;

COMMENT ON FUNCTION pgembed.term_query(text) IS
    'A lexeme as the text of a tsquery for just it, whatever characters it has.';

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

-- What was tuned holds for an index that is built as tuning advised, and for so many neighbours: more of them need more
-- candidates, in proportion at the most.
CREATE OR REPLACE FUNCTION pgembed.tuned_ef_search(collection text, k integer)
RETURNS integer
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$
    SELECT least(1000, greatest(s.tuned_ef_search,
        pg_catalog.ceil(s.tuned_ef_search * k / s.tuned_k::double precision)))::integer
    FROM pgembed.collection c
        JOIN pgembed.store s ON s.collection_id = c.collection_id AND s.serving AND s.tuned_at IS NOT NULL
        JOIN pg_catalog.pg_index i ON i.indrelid = pg_catalog.to_regclass(pg_catalog.format('pgembed_store.%I', s.table_name))
            AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        JOIN pg_catalog.pg_class r ON r.oid = i.indexrelid
        JOIN pg_catalog.pg_am m ON m.oid = r.relam AND m.amname = 'hnsw'
        CROSS JOIN LATERAL (
            SELECT pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'm') AS m,
                pg_catalog.max(o.option_value) FILTER (WHERE o.option_name = 'ef_construction') AS ef_construction
            FROM pg_catalog.pg_options_to_table(r.reloptions) o) AS built
    WHERE c.name = tuned_ef_search.collection
        AND coalesce(built.m::integer, 16) = s.tuned_m
        AND coalesce(built.ef_construction::integer, 64) = s.tuned_ef_construction
    LIMIT 1
$function$;

COMMENT ON FUNCTION pgembed.tuned_ef_search(text, integer) IS
    'The hnsw.ef_search that pgembed index tune found for the collection''s index and so many rows; null where it was not '
    'tuned, or the index is built otherwise than advised.';

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
    vector    text;
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

    SELECT pg_catalog.format('pgembed.decode(rescoring, %L)', s.codec) INTO vector
    FROM pgembed.search_parts(vector_of.collection) s WHERE s.codec IS NOT NULL;
    EXECUTE pg_catalog.format(
        'SELECT $2, ' || coalesce(vector, 'embedding') || ' FROM %s WHERE %s ORDER BY chunk LIMIT 1', served.store, condition)
    INTO result USING key, served.space_id;
    RETURN CASE WHEN result.space_id IS NOT NULL THEN result END;
END
$function$;

COMMENT ON FUNCTION pgembed.vector_of(text, text[]) IS
    'The stored vector, decoded where the store has tiers, of the collection''s row with this key (of its first chunk), to search for more like it; null '
    'where the row has none. Errors: PE002 no such collection, PE003 another number of key columns.';

CREATE OR REPLACE FUNCTION pgembed.version()
RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT "MigrationId"::text FROM pgembed.migration_history ORDER BY "MigrationId" COLLATE "C" DESC LIMIT 1;
END;

COMMENT ON FUNCTION pgembed.version() IS
    'The newest migration that was applied to this schema.';

-- A query's words weigh what BM25 has them weigh: ln(1 + (N - n + 0.5) / (n + 0.5)), where n of N texts have the word.
-- No more than 64 of them, the rarest: the rest of a long text adds little. A word that was in no text when they were
-- counted may be new, and is kept where there is room.
--
-- Where terms were never counted, or there are more than twice or less than half as many texts now, they are counted here.
CREATE OR REPLACE FUNCTION pgembed.weigh_terms(collection text, query text)
RETURNS TABLE (term text, documents bigint, weight double precision, texts bigint, average_length double precision)
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    most  constant integer := 64;
    parts record;
    lexeme record;
    stale boolean;
BEGIN
    SELECT * INTO parts FROM pgembed.text_index_parts(weigh_terms.collection);
    texts := (SELECT r.reltuples FROM pg_catalog.pg_class r WHERE r.oid = parts.index_table::regclass);
    average_length := parts.average_length;
    stale := parts.documents = 0 OR texts > 2 * parts.documents OR (texts >= 0 AND texts < parts.documents / 2);
    IF stale THEN
        EXECUTE pg_catalog.format(
            'SELECT pg_catalog.count(*), coalesce(pg_catalog.avg(pg_catalog.length(lexemes)), 0) FROM %s',
            parts.index_table)
        INTO texts, average_length;
    ELSE
        texts := parts.documents;
    END IF;

    FOR lexeme IN
        SELECT l.lexeme AS term, coalesce(c.documents, 0) AS documents
        FROM pg_catalog.unnest(
                pg_catalog.to_tsvector(parts.config::regconfig, pg_catalog.left(query, 100000))) AS l
            LEFT JOIN pgembed.text_term c ON c.collection_id = parts.collection_id AND c.term = l.lexeme
        ORDER BY c.documents IS NULL, c.documents, l.lexeme COLLATE "C"
        LIMIT most
    LOOP
        term := lexeme.term;
        documents := lexeme.documents;
        IF stale THEN
            EXECUTE pg_catalog.format(
                'SELECT pg_catalog.count(*) FROM %s WHERE lexemes @@ $1::pg_catalog.tsquery', parts.index_table)
            INTO documents
            USING pgembed.term_query(term);
        END IF;
        documents := least(documents, texts);
        weight := pg_catalog.ln(1 + (texts - documents + 0.5) / (documents + 0.5));
        RETURN NEXT;
    END LOOP;
END
$function$;

COMMENT ON FUNCTION pgembed.weigh_terms(text, text) IS
    'The lexemes of a query text, the rarest first: in how many of the collection''s texts each is, what it weighs, how '
    'many texts there are, and how many different lexemes they have on average. Errors: as pgembed.text_index_parts.';

CREATE OR REPLACE FUNCTION pgembed.with_distance_limit(collection text, query pgembed.space_vector, options jsonb)
RETURNS jsonb
LANGUAGE plpgsql STABLE
AS $function$
DECLARE
    -- Within what JSON has a number for.
    most constant double precision := 1e300;
    farthest double precision;
BEGIN
    IF options ->> 'min_relevance' IS NULL THEN
        RETURN options;
    END IF;
    farthest := greatest(-most, least(
        most,
        (options ->> 'max_distance')::double precision,
        pgembed.distance_limit(collection, query, (options ->> 'min_relevance')::double precision)));
    RETURN (options - 'min_relevance') || pg_catalog.jsonb_build_object('max_distance', farthest);
END
$function$;

COMMENT ON FUNCTION pgembed.with_distance_limit(text, pgembed.space_vector, jsonb) IS
    'A search''s options with the distance in max_distance that its min_relevance comes to, instead of it. Errors: as '
    'pgembed.distance_limit.';

INSERT INTO pgembed.setting (name, value) VALUES ('functions', '{"fingerprint":"ed9338e59661858b15b98e7daf1eeaafba047102213157cea5dd884dcf1b51ba","signatures":["pgembed.add_partition(regclass, text[], text, text)","pgembed.begin_search(text, uuid, jsonb)","pgembed.bind_filter(text, text, text[], regtype[])","pgembed.carried_condition(text, text, text, regtype[], text[])","pgembed.check_search_options(jsonb)","pgembed.code_levels(bytea, text, integer, boolean, real[], integer[])","pgembed.collection_status(text)","pgembed.count_terms(text)","pgembed.create_nearest(text)","pgembed.create_text_index(text, regconfig)","pgembed.decode(bytea, text)","pgembed.distance(bytea, pgembed.space_vector, text)","pgembed.distance_limit(text, pgembed.space_vector, double precision)","pgembed.distances(bytea[], pgembed.space_vector, text)","pgembed.drop_nearest(text)","pgembed.drop_text_index(text)","pgembed.estimate_rows(text, text[])","pgembed.explain_hybrid(text, pgembed.space_vector, text, integer, text, jsonb)","pgembed.explain_search(text, pgembed.space_vector, integer, text, jsonb)","pgembed.fill_text_index(text, bigint)","pgembed.fit_relevance(text, integer)","pgembed.fitted_codec(text)","pgembed.fitted_relevance(text, uuid)","pgembed.float_at(bytea, integer)","pgembed.follow_store(integer, regclass)","pgembed.form_values(integer, real[], double precision)","pgembed.hybrid_parts(text)","pgembed.hybrid_search(text, pgembed.space_vector, text, integer, text, jsonb)","pgembed.hybrid_statement(jsonb, integer, integer, text, integer, double precision, integer, text, double precision)","pgembed.in_space(pgembed.space_vector, uuid)","pgembed.indexed_form(real[], text)","pgembed.inner_product(real[], real[])","pgembed.map_values(integer, boolean, real[])","pgembed.name_with_ending(text, text)","pgembed.narrow_search(text, jsonb, text, text, text[], regtype[])","pgembed.nearest_name(text)","pgembed.neighborhood_parts(text, integer)","pgembed.plan_hybrid(text, text, integer, text, jsonb)","pgembed.plan_search(text, integer, text, text[], jsonb, text, text[], regtype[])","pgembed.query_neighborhood(text, pgembed.space_vector, integer)","pgembed.query_relevance(text, pgembed.space_vector)","pgembed.require_space(text, uuid)","pgembed.search(text, pgembed.space_vector, integer, text, jsonb)","pgembed.search_page(text, pgembed.space_vector, integer, text, text, jsonb)","pgembed.search_parts(text)","pgembed.search_statement(jsonb, text, integer, text, text[], integer, integer)","pgembed.serving_store(text)","pgembed.space_id(text, integer, text)","pgembed.space_label(uuid)","pgembed.step_outcome(text)","pgembed.store_changed()","pgembed.term_query(text)","pgembed.text_index_parts(text)","pgembed.tuned_ef_search(text, integer)","pgembed.vector_of(text, text[])","pgembed.version()","pgembed.weigh_terms(text, text)","pgembed.with_distance_limit(text, pgembed.space_vector, jsonb)"]}')
ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed_at = now();

COMMIT;
\set QUIET off
\echo PgEmbed is installed.
