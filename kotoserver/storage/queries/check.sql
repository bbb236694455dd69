-- Fails when the database does not answer or has no schema yet.
SELECT count(*) AS applied FROM migrations
