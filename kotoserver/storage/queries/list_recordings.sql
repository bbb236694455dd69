-- A session's recordings, in the order in which they were uploaded.
SELECT audio_id, learner_id, session_id, turn_id, state, media_type, size, sha256, seconds,
       idempotency_key, created_at, keep_until, kept, first_seq, last_seq, failure, receipts,
       confirmed
FROM recordings
WHERE session_id = $1
ORDER BY created_at, audio_id
