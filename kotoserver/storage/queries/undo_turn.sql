-- Marks a turn as taken back.
UPDATE turns SET undone = TRUE WHERE session_id = $1 AND turn_id = $2
