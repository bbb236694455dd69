-- One learner by e-mail, as it is compared.
SELECT learner_id, native, name, role, created_at, keep_recordings, email, blocked, revision, signed_out_at
FROM learners
WHERE email = $1
