-- What became of a recording.
UPDATE recordings
SET turn_id = $2, state = $3, keep_until = $4, kept = $5, first_seq = $6, last_seq = $7
WHERE audio_id = $1
