-- One row where there is a schema.
SELECT 'migrations' AS name WHERE to_regclass('migrations') IS NOT NULL
