-- One frame, as it was sent and will be sent again.
INSERT INTO events (session_id, seq, type, at, frame)
VALUES ($1, $2, $3, $4, $5)
