-- The recording that a learner uploaded under this idempotency key.
SELECT audio_id, learner_id, session_id, turn_id, state, media_type, size, sha256, seconds,
       idempotency_key, created_at, keep_until, kept, first_seq, last_seq, failure, receipts,
       confirmed
FROM recordings
WHERE learner_id = $1 AND idempotency_key = $2
