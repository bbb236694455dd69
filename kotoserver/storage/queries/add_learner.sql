-- A new learner.
INSERT INTO learners (learner_id, native, name, role, created_at, keep_recordings)
VALUES ($1, $2, $3, $4, $5, $6)
