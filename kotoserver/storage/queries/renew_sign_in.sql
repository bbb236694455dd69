-- The next generation of a sign-in, provided that nobody renewed it first.
UPDATE sign_ins
SET generation = $2, renewed_at = $3, expires_at = $4
WHERE sign_in_id = $1 AND generation = $2 - 1
