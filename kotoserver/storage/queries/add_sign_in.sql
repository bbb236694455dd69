-- A device that stays signed in.
INSERT INTO sign_ins (sign_in_id, learner_id, generation, created_at, renewed_at, expires_at)
VALUES ($1, $2, $3, $4, $5, $6)
