\set ECHO none
\set SHOW_CONTEXT never
\set ECHO all
SELECT pgembed.bind_filter('price < #1$ AND name = #2$ OR price > #1$', '#', '{40,O''Brien}', '{integer,text}');
SELECT pgembed.bind_filter('true', '#', '{}', '{}') AS no_values, pgembed.bind_filter(NULL, '#', '{}', '{}') IS NULL AS no_filter;
-- More than nine values; null; arrays; a type whose name has to be quoted.
CREATE TYPE "odd ""type" AS ENUM ('a');
SELECT pgembed.bind_filter('#11$ #1$ #2$ #3$', '#', '{NULL,"{1,2}",a,4,5,6,7,8,9,10,11}',
    ARRAY['date', 'integer[]', '"odd ""type"', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text']::regtype[]);
-- What a value holds stays what it holds: quotes, backslashes, placeholders.
CREATE FUNCTION comes_back(value text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    same boolean;
BEGIN
    EXECUTE 'SELECT $1 IS NOT DISTINCT FROM ' || pgembed.bind_filter('#1$', '#', ARRAY[value, 'x'], '{text,text}') INTO same USING value;
    RETURN same;
END $$;
SELECT bool_and(comes_back(value))
FROM unnest(ARRAY['it''s', 'back\slash', 'it\''s', '#2$', '$1', '%s %L', '''; DROP TABLE articles; --', E'a\nb', NULL, '']) AS value;
SET standard_conforming_strings = off;
SELECT bool_and(comes_back(value)) FROM unnest(ARRAY['it''s', E'back\\slash', E'it\\''s', E'\\'';--']) AS value;
