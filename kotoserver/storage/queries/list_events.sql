-- A session's events with $2 < seq <= $3, in order.
SELECT session_id, seq, type, at, frame
FROM events
WHERE session_id = $1 AND seq > $2 AND seq <= $3
ORDER BY seq
LIMIT $4
