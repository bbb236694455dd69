-- One sign-in by id.
SELECT sign_in_id, learner_id, generation, created_at, renewed_at, expires_at
FROM sign_ins
WHERE sign_in_id = $1
