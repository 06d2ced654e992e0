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
