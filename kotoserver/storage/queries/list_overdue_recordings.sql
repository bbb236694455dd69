-- Recordings that were to be forgotten before $1, the most overdue first.
SELECT audio_id, learner_id, session_id, turn_id, state, media_type, size, sha256, seconds,
       idempotency_key, created_at, keep_until, kept, first_seq, last_seq, failure, receipts,
       confirmed
FROM recordings
WHERE keep_until < $1
ORDER BY keep_until
LIMIT $2
