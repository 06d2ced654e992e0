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
