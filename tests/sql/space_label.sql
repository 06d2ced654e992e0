\i include/articles.sql
SELECT pgembed.space_label(:'mini');
-- Not in the catalog: its id.
SELECT pgembed.space_label('00000000-0000-8000-8000-000000000000');
SELECT pgembed.space_label(NULL);
