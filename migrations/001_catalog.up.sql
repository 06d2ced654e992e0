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

CREATE TYPE pgembed.space_vector AS (space_id uuid, embedding @vector_schema@.vector);
COMMENT ON TYPE pgembed.space_vector IS 'A vector and the space it is of: what a search is asked with.';
COMMENT ON COLUMN pgembed.space_vector.space_id IS 'The space that the vector is of.';
COMMENT ON COLUMN pgembed.space_vector.embedding IS 'The vector.';
