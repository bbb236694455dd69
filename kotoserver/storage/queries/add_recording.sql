-- A recording that was uploaded.
INSERT INTO recordings (
    audio_id, learner_id, session_id, turn_id, state, media_type, size, sha256, seconds,
    idempotency_key, created_at, keep_until, kept, first_seq, last_seq, failure
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
