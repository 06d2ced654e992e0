DROP TYPE pgembed.space_vector;
DROP TABLE pgembed.store, pgembed.collection, pgembed.codec, pgembed.space, pgembed.model, pgembed.setting;
DROP SCHEMA pgembed_store;
