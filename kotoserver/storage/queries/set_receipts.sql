-- What the engines took that served a turn.
UPDATE turns SET receipts = $3 WHERE session_id = $1 AND turn_id = $2
