\i include/codecs.sql
SELECT c.name, c.kind, c.dimensions, c.code_bytes FROM pgembed.fitted_codec('signs') c;
-- f32 is a column's type and not fitted.
SELECT pgembed.fitted_codec('f32');
\echo :LAST_ERROR_SQLSTATE
