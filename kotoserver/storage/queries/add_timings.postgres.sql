-- Merges stages into a turn's timings; each database has its own word for merging two objects.
UPDATE turns SET timings = timings || $3 WHERE session_id = $1 AND turn_id = $2
