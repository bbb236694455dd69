-- What became of a recording.
UPDATE recordings
SET turn_id = $2, state = $3, media_type = $4, seconds = $5, keep_until = $6, kept = $7, first_seq = $8, last_seq = $9,
    receipts = $10, confirmed = $11
WHERE audio_id = $1
