-- Notes that a recording cannot be read, unless something came of it meanwhile.
UPDATE recordings
SET state = 'unreadable', failure = $2, kept = FALSE
WHERE audio_id = $1 AND state = 'processing'
