CREATE TABLE "The ""Notes""" (
    id integer PRIMARY KEY, "the ""tenant""" text, kind varchar(10) COLLATE "C", written date, price numeric, body text);
INSERT INTO pgembed.collection (name, source_schema, source_table, key_columns, text_columns, carried_columns)
VALUES ('notes', 'public', 'The "Notes"', '{id}', '{body}', '{"the \"tenant\"",written,kind}');
-- What a filter says of the key and carried columns, and whether that is all it says.
CREATE FUNCTION said(filter text, marker text DEFAULT NULL, types regtype[] DEFAULT NULL) RETURNS text LANGUAGE sql AS
    $$ SELECT concat_ws(' whole: ', condition, whole) FROM pgembed.carried_condition('notes', filter, marker, types) $$;
SELECT said($$"the ""tenant""" = 'it''s'$$);
SELECT said($$"The ""Notes"""."the ""tenant""" = 'a' AND price < 5 -- and more$$);
SELECT said($$written BETWEEN '2026-01-01' AND now() AND kind IN ('x', 'y') AND id > 7$$);
SELECT said($$"the ""tenant""" IS NULL AND NOT (written < '2026-01-01' OR kind = 'x')$$);
-- Of alternatives too, where each says something.
SELECT said($$("the ""tenant""" = 'a' AND price < 5) OR ("the ""tenant""" = 'b' AND price > 7)$$);
SELECT said($$"the ""tenant""" = 'a' OR price < 5$$);
SELECT said($$price < 5$$), said(NULL), said('true'), said('false');
-- Values stay values.
SELECT said($f$"the ""tenant""" = #m1$ AND written >= #m2$ AND kind = ANY (#m3$) AND price < #m4$$f$, '#m', '{text,date,text[],int}');
-- Subqueries: what is joined is left out; what can't be told from a value is not used.
SELECT said($$"the ""tenant""" = 'a' AND EXISTS (SELECT FROM pg_class c WHERE c.relname = "the ""tenant""")$$);
SELECT said($$"the ""tenant""" = 'a' AND price > (SELECT count(*) FROM pg_class)$$);
SELECT said($$"the ""tenant""" = 'a' AND id > (SELECT count(*) FROM pg_class)$$);
-- What only the table itself has, or nothing, is nothing to the store.
SELECT said($$"the ""tenant""" = 'a' AND ctid = '(0,1)'$$), said('nonsense'), said('true); DROP TABLE pgembed.setting; --');
SELECT count(*) FROM pgembed.setting;
-- A text that looks like a plan's.
SELECT said($$"the ""tenant""" = '_pgembed_store.carried_1 = $1 (SubPlan 1)'$$);
-- Each condition can be asked of a store.
CREATE TABLE pgembed_store.notes_1 (key_1 integer, carried_1 text, carried_2 date, carried_3 varchar(10) COLLATE "C");
INSERT INTO pgembed_store.notes_1 VALUES (1, 'it''s', '2026-01-02', 'x'), (2, NULL, '2026-01-02', 'y');
SELECT condition AS tenants FROM pgembed.carried_condition('notes', $$"the ""tenant""" = 'it''s' OR kind = 'y'$$) \gset
SELECT key_1 FROM pgembed_store.notes_1 WHERE :tenants;
SELECT * FROM pgembed.carried_condition('nothing', 'true');
-- Of other columns, as a condition over them.
SELECT condition, whole FROM pgembed.carried_condition(
    'notes', $$"the ""tenant""" = 'it''s' AND price < 5 AND kind = 'x'$$, columns => '{price}');
SELECT condition, whole FROM pgembed.carried_condition(
    'notes', $$"the ""tenant""" = 'it''s' AND price < 5$$, columns => ARRAY['price', 'the "tenant"']);
