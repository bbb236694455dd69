-- How many tables there are in the schema that is used.
SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()
