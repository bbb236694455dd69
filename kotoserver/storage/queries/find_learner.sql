-- One learner by id.
SELECT learner_id, native, name, role, created_at, keep_recordings, email, blocked, revision, signed_out_at
FROM learners
WHERE learner_id = $1
