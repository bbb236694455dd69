-- A new learner.
INSERT INTO learners (
    learner_id, native, name, role, created_at, keep_recordings, email, blocked, revision, signed_out_at, folded
)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
